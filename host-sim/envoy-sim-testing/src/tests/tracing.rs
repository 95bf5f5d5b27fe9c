//! What the trace shows of calls, and what calls use.

use std::cell::RefCell;
use std::rc::Rc;

use envoy_sim::trace::{Call, End, Observer, Spent, VALUE_BYTES_MAX};

use super::DOORMAN;
use crate::Sim;

#[test]
fn calls_are_nested_and_values_decoded() {
    let sim = Sim::wat(DOORMAN).traced().start();
    let client = sim.connect("203.0.113.9");
    sim.advance(std::time::Duration::from_secs(2));
    client.reset();
    let trace = sim.trace();
    assert_eq!(trace, include_str!("tracing/doorman.txt").trim_end(), "{trace}");
}

#[test]
fn long_values_are_cut_and_escaped() {
    for (len, shown) in
        [(VALUE_BYTES_MAX - 1, "\"…\""), (VALUE_BYTES_MAX, "\"…\""), (VALUE_BYTES_MAX + 1, "\"…\"… 61 bytes")]
    {
        let text = "\\n".repeat(len);
        let sim =
            Sim::wat(&log(&format!("(data (i32.const 0) \"{}\")", "\\0a".repeat(len)), len)).traced().start();
        let shown = shown.replacen('…', &text[..2 * len.min(VALUE_BYTES_MAX)], 1);
        let expected = format!("proxy_log(level: Info, text: {shown}) = Ok");
        assert!(sim.trace().contains(&expected), "{expected}\n{}", sim.trace());
    }
}

#[test]
fn an_address_outside_of_the_memory_is_said_to_be_so() {
    let trace = Sim::wat(&log("", 70_000)).traced().start().trace();
    assert!(trace.contains("text: outside of the memory) = InvalidMemoryAccess"), "{trace}");
}

#[test]
fn a_trap_is_shown_where_it_happened() {
    let traps = r#"(func (export "proxy_on_new_connection") (param i32) (result i32) unreachable)"#;
    let sim = Sim::wat(&log(traps, 0)).traced().start();
    sim.connect("203.0.113.9");
    let last = sim.trace().lines().last().map(str::to_owned).unwrap_or_default();
    assert_eq!(
        last,
        "   0.000 worker 0    context 2  proxy_on_new_connection(context: 2) \
         TRAP: wasm trap: wasm `unreachable` instruction executed"
    );
}

/// A module that logs `len` bytes from 0 when it starts.
fn log(data: &str, len: usize) -> String {
    format!(
        r#"(module (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1) {data} (func (export "proxy_abi_version_0_2_1"))
        (func (export "malloc") (param i32) (result i32) (i32.const 1024))
        (func (export "proxy_on_vm_start") (param i32 i32) (result i32)
          (drop (call $log (i32.const 2) (i32.const 0) (i32.const {len}))) (i32.const 1)))"#
    )
}

/// Keeps what every callback has used.
#[derive(Default)]
struct Ledger(Vec<(String, Spent)>);

impl Observer for Ledger {
    fn begins(&mut self, _: &Call) -> Option<String> {
        None
    }

    fn ends(&mut self, call: &Call, end: &End) {
        self.0.push((call.function.clone(), end.spent));
    }
}

/// Asks for the configuration once as it starts, twice for every connection.
const READER: &str = r#"(module
  (import "env" "proxy_get_property" (func $get (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "plugin_name")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func $read (drop (call $get (i32.const 0) (i32.const 11) (i32.const 64) (i32.const 68))))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (call $read) (i32.const 1))
  (func (export "proxy_on_new_connection") (param i32) (result i32) (call $read) (call $read) (i32.const 0)))"#;

#[test]
fn a_callback_says_what_it_has_used() {
    for limit in [None, Some(1_000_000)] {
        let ledger = Rc::new(RefCell::new(Ledger::default()));
        let sim = Sim::wat(READER).settings(|settings| settings.limits.fuel = limit);
        let sim = sim.observed(Rc::<RefCell<Ledger>>::clone(&ledger)).start();
        ledger.borrow_mut().0.clear();
        sim.connect("203.0.113.9");
        let ledger = &ledger.borrow().0;
        let [("proxy_get_property", nothing), ("proxy_get_property", _), ("proxy_on_new_connection", spent)] =
            ledger.iter().map(|(name, spent)| (name.as_str(), *spent)).collect::<Vec<_>>()[..]
        else {
            panic!("{ledger:?}");
        };
        assert_eq!(nothing, Spent::default());
        assert_eq!(spent.allocations, 2);
        assert_eq!(spent.fuel.is_some(), limit.is_some(), "{spent:?}");
        assert!(spent.fuel.is_none_or(|fuel| (10..100).contains(&fuel)), "{spent:?}");
    }
}
