//! What a module may use in one call.

use super::bench::{module, start_with};
use crate::vm::{LOG_BYTES_MAX, LOG_LINES_MAX};
use crate::{Driven, Effect, Host, Limits, Module, Now, Settings, StartError};

/// Runs a loop as often as the configuration is long.
const LOOP: &str = r#"
(func (export "proxy_on_configure") (param i32) (param $turns i32) (result i32)
  (loop $again
    (local.set $turns (i32.sub (local.get $turns) (i32.const 1)))
    (br_if $again (i32.gt_s (local.get $turns) (i32.const 0))))
  (i32.const 1))
"#;

fn start_loop(module: &Module, turns: usize, fuel: Option<u64>) -> Result<Host, StartError> {
    let limits = Limits { fuel, ..Limits::default() };
    let settings = Settings { limits, ..Settings::postscreen(vec![b'x'; turns]) };
    Host::start(module, settings, Now::default())
}

#[test]
fn a_call_is_stopped_when_its_fuel_is_used_up() {
    let module = module(LOOP);
    // A turn costs some instructions.
    let need = |turns| (1..10_000).find(|fuel| start_loop(&module, turns, Some(*fuel)).is_ok()).unwrap();
    let needed = need(20);
    assert!((100..300).contains(&needed), "{needed}");
    assert_eq!(need(20), needed, "always the same");
    assert!(start_loop(&module, 20, Some(needed + 1)).is_ok());
    let error = start_loop(&module, 20, Some(needed - 1)).err().unwrap().to_string();
    let expected = format!("proxy_on_configure failed: it used up its fuel of {} for one call", needed - 1);
    assert!(error.contains(&expected), "{error}");
}

#[test]
fn without_a_limit_a_call_may_take_long() {
    assert!(start_loop(&module(LOOP), 5_000_000, None).is_ok());
}

#[test]
fn one_module_serves_hosts_with_and_without_a_limit() {
    let module = module(LOOP);
    for fuel in [None, Some(10_000), None, Some(10)] {
        assert_eq!(start_loop(&module, 10, fuel).is_ok(), fuel != Some(10), "{fuel:?}");
    }
}

/// Lets its memory grow page by page, and says how often it could.
const GROW: &str = r#"
(func (export "proxy_on_configure") (param i32 i32) (result i32)
  (local $pages i32)
  (loop $again
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then
      (local.set $pages (i32.add (local.get $pages) (i32.const 1)))
      (br $again))))
  (call $say (local.get $pages)) (i32.const 1))
"#;

#[test]
fn memory_grows_up_to_the_limit_and_no_further() {
    const PAGE: usize = 64 * 1024;
    // The test modules have four pages from the start.
    for (memory_bytes, grown) in [(5 * PAGE - 1, "000"), (5 * PAGE, "001"), (5 * PAGE + 1, "001")] {
        let limits = Limits { memory_bytes, ..Limits::default() };
        let mut bench = start_with(GROW, Settings { limits, ..Settings::postscreen("{}") });
        let logged = bench.logged();
        assert_eq!(logged[0], grown, "{memory_bytes}");
        assert!(logged[1].contains(&format!("the limit is {memory_bytes}")), "{logged:?}");
    }
}

/// Writes as many lines as the configuration says in its length, each of `len` bytes.
fn scribble(len: u64) -> String {
    format!(
        r#"(func (export "proxy_on_configure") (param i32) (param $lines i32) (result i32)
             (loop $again
               (call $text (i32.const 1024) (i32.const {len}))
               (local.set $lines (i32.sub (local.get $lines) (i32.const 1)))
               (br_if $again (i32.gt_s (local.get $lines) (i32.const 0))))
             (i32.const 1))"#
    )
}

/// How many of the canary's lines came out, and whether the host said that some were lost.
fn scribbled(len: u64, lines: u64) -> (u64, bool) {
    let configuration = vec![b'x'; usize::try_from(lines).unwrap()];
    let mut bench = start_with(&scribble(len), Settings::postscreen(configuration));
    let (mut written, mut lost) = (0, false);
    while let Some(Effect::Log(line)) = bench.host.poll_effect() {
        if line.vm == crate::VmId::Canary {
            written += u64::from(!line.by_host);
            lost |= line.by_host && line.text.contains("what is above them is lost");
        }
    }
    (written, lost)
}

#[test]
fn a_call_may_write_so_many_lines_and_no_more() {
    let max = LOG_LINES_MAX;
    assert_eq!(scribbled(1, max - 1), (max - 1, false));
    assert_eq!(scribbled(1, max), (max, false));
    assert_eq!(scribbled(1, max + 1), (max, true));
}

#[test]
fn a_call_may_write_so_many_bytes_and_no_more() {
    let len = 64 * 1024;
    let max = LOG_BYTES_MAX / len;
    assert_eq!(scribbled(len, max - 1), (max - 1, false));
    assert_eq!(scribbled(len, max), (max, false));
    assert_eq!(scribbled(len, max + 1), (max, true));
}
