//! Every host function there is, called once with zeros: the table of host-sim says which. A function that a host
//! lacks, or has with another type, makes it refuse the module.

use std::fmt::Write as _;

use host_sim::{AbiFunction, AbiType, AbiVersion, abi_functions};

use crate::probe::Step::{Connect, End};
use crate::probe::{Probe, Step};

/// Not called with zeros, but by probes of their own: one asks a resolver, and Envoy 1.40 itself crashes when it is
/// asked for gRPC with nothing.
const ELSEWHERE: [&str; 6] = [
    "envoy_resolve_dns",
    "proxy_grpc_call",
    "proxy_grpc_cancel",
    "proxy_grpc_close",
    "proxy_grpc_send",
    "proxy_grpc_stream",
];
/// Where the lines of the log begin, behind what zeros point to.
const LINES_AT: usize = 4096;

pub(super) fn all() -> Vec<Probe> {
    let visit = || -> Vec<Step> { vec![Connect, End(0)] };
    let functions = abi_functions();
    let all_of = |module: &'static str, version, since| {
        let wanted: Vec<_> = functions
            .iter()
            .filter(|function| function.modules.contains(&module))
            .filter(|function| !ELSEWHERE.contains(&function.name))
            .filter(|function| function.versions.contains(&version) && function.since_envoy == since)
            .collect();
        text(module, version, &wanted)
    };
    let [v0_1_0, v0_2_0, v0_2_1] = [AbiVersion::V0_1_0, AbiVersion::V0_2_0, AbiVersion::V0_2_1];
    vec![
        Probe::text("table-0.1.0", all_of("env", v0_1_0, None), visit()),
        Probe::text("table-0.2.0", all_of("env", v0_2_0, None), visit()),
        Probe::text("table-0.2.1", all_of("env", v0_2_1, None), visit()),
        Probe::text("table-wasi", all_of("wasi_snapshot_preview1", v0_2_1, None), visit()),
        Probe::text("table-wasi-unstable", all_of("wasi_unstable", v0_2_1, None), visit()),
        Probe::text("table-wasi-1.39", all_of("wasi_snapshot_preview1", v0_2_1, Some(39)), visit()),
    ]
}

/// A module that calls all of `functions` when a client comes.
fn text(module: &str, version: AbiVersion, functions: &[&AbiFunction]) -> String {
    let marker = version.marker();
    let (mut imports, mut data, mut calls) = (String::new(), String::new(), String::new());
    let mut at = LINES_AT;
    for (number, function) in functions.iter().enumerate() {
        let types = function.params.iter().map(|param| wasm_type(param.ty)).collect::<Vec<_>>().join(" ");
        let result = if function.result.is_some() { "(result i32)" } else { "" };
        let name = function.name;
        let _ = writeln!(
            imports,
            "  (import \"{module}\" \"{name}\" (func $f{number} (param {types}) {result}))"
        );
        let line = format!("{name}(zeros) = ??");
        let _ = writeln!(data, "  (data (i32.const {at}) \"{line}\")");
        let zeros = function.params.iter().map(|param| format!("({}.const 0)", wasm_type(param.ty)));
        let call = format!("(call $f{number} {})", zeros.collect::<Vec<_>>().join(" "));
        let len = line.len();
        let _ = match function.result {
            Some(_) => writeln!(calls, "    (call $say (i32.const {at}) (i32.const {len}) {call})"),
            None => {
                writeln!(calls, "    {call} (call $say (i32.const {at}) (i32.const {len}) (i32.const 0))")
            }
        };
        at += len;
    }
    format!(
        "(module
  (import \"env\" \"proxy_log\" (func $log (param i32 i32 i32) (result i32)))
{imports}  (memory (export \"memory\") 2)
{data}  (func (export \"{marker}\"))
  (func (export \"proxy_on_memory_allocate\") (param i32) (result i32) (i32.const 65536))
  (func $say (param $at i32) (param $len i32) (param $status i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $len)))
    (i32.store8 (i32.sub (local.get $end) (i32.const 2))
      (i32.add (i32.const 48) (i32.div_u (local.get $status) (i32.const 10))))
    (i32.store8 (i32.sub (local.get $end) (i32.const 1))
      (i32.add (i32.const 48) (i32.rem_u (local.get $status) (i32.const 10))))
    (drop (call $log (i32.const 2) (local.get $at) (local.get $len))))
  (func (export \"proxy_on_new_connection\") (param i32) (result i32)
{calls}    (i32.const 0)))
"
    )
}

fn wasm_type(ty: AbiType) -> &'static str {
    match ty {
        AbiType::I32 => "i32",
        AbiType::I64 => "i64",
    }
}
