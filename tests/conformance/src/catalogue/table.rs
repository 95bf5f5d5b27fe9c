//! Every host function there is, called once with zeros: the table of host-sim says which. A function that a host
//! lacks, or has with another type, makes it refuse the module.

use std::fmt::Write as _;

use envoy_sim::{AbiType, AbiVersion, abi_functions};

use crate::probe::ProbeStep::{Connect, End};
use crate::probe::{ProbePlay, ProbeStep};

/// Not called with zeros, but by probes of their own: one asks a resolver, and Envoy 1.40 itself crashes when it is
/// asked for gRPC with nothing.
const ELSEWHERE: [&str; 6] = [
    RESOLVE,
    "proxy_grpc_call",
    "proxy_grpc_cancel",
    "proxy_grpc_close",
    "proxy_grpc_send",
    "proxy_grpc_stream",
];
/// No list of capabilities stops it, so that it is never called with zeros.
const RESOLVE: &str = "envoy_resolve_dns";
/// Where the lines of the log begin, behind what zeros point to.
const LINES_AT: usize = 4096;

const V0_1_0: AbiVersion = AbiVersion::V0_1_0;
const V0_2_0: AbiVersion = AbiVersion::V0_2_0;
const V0_2_1: AbiVersion = AbiVersion::V0_2_1;
const WASI: &str = "wasi_snapshot_preview1";
const OLD_WASI: &str = "wasi_unstable";

pub(super) fn all() -> Vec<ProbePlay> {
    let play = |name, part| ProbePlay::text(name, text(part, &ELSEWHERE), visit());
    vec![
        play("table-0.1.0", ("env", V0_1_0, None)),
        play("table-0.2.0", ("env", V0_2_0, None)),
        play("table-0.2.1", ("env", V0_2_1, None)),
        play("table-wasi", (WASI, V0_2_1, None)),
        play("table-wasi-unstable", (OLD_WASI, V0_2_1, None)),
        play("table-wasi-1.39", (WASI, V0_2_1, Some(39))),
    ]
}

/// The same where nothing is allowed but what the module needs to tell about it.
pub(super) fn restricted() -> Vec<ProbePlay> {
    let play = |name, part| {
        ProbePlay::text(name, text(part, &[RESOLVE]), visit())
            .with(|setup| setup.allowed = Some(vec!["proxy_log", "proxy_on_new_connection"]))
    };
    vec![
        play("restricted-table-0.1.0", ("env", V0_1_0, None)),
        play("restricted-table-0.2.0", ("env", V0_2_0, None)),
        play("restricted-table-0.2.1", ("env", V0_2_1, None)),
        play("restricted-table-wasi", (WASI, V0_2_1, None)),
        play("restricted-table-wasi-unstable", (OLD_WASI, V0_2_1, None)),
        play("restricted-table-wasi-1.39", (WASI, V0_2_1, Some(39))),
    ]
}

fn visit() -> Vec<ProbeStep> {
    vec![Connect, End(0)]
}

/// A part of the table: the module that is imported from, the version of the ABI, and the Envoy from which on.
type TablePart = (&'static str, AbiVersion, Option<u32>);

/// A module that calls all functions of `part` but these when a client comes.
fn text((module, version, since): TablePart, but: &[&str]) -> String {
    let all = abi_functions();
    let functions = all
        .iter()
        .filter(|function| function.modules.contains(&module))
        .filter(|function| function.versions.contains(&version) && function.since_envoy == since)
        .filter(|function| !but.contains(&function.name));
    let marker = version.marker();
    let (mut imports, mut data, mut calls) = (String::new(), String::new(), String::new());
    let mut at = LINES_AT;
    for (number, function) in functions.enumerate() {
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
