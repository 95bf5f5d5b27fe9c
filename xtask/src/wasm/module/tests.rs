use std::fs::File;
use std::time::Duration;

use super::{ABI, MODULE_BYTES_MAX, check, *};

/// A module with the given imports (all functions of type 0) and exports (all memory 0), and nothing else.
fn module(imports: &[(&str, &str)], exports: &[&str]) -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    section(&mut bytes, 1, &[1, 0x60, 0, 0]);
    let mut body = vec![length(imports.len())];
    for (module, name) in imports {
        body.extend(text(module));
        body.extend(text(name));
        body.extend([0, 0]);
    }
    section(&mut bytes, 2, &body);
    section(&mut bytes, 5, &[1, 0, 1]);
    let mut body = vec![length(exports.len())];
    for name in exports {
        body.extend(text(name));
        body.extend([2, 0]);
    }
    section(&mut bytes, 7, &body);
    bytes
}

fn section(bytes: &mut Vec<u8>, id: u8, body: &[u8]) {
    bytes.push(id);
    // Two bytes of LEB128: enough for 16,383 bytes of body.
    let len = body.len();
    bytes.extend([u8::try_from(len & 0x7f).unwrap() | 0x80, u8::try_from(len >> 7).unwrap()]);
    bytes.extend(body);
}

fn text(name: &str) -> Vec<u8> {
    [&[length(name.len())], name.as_bytes()].concat()
}

fn length(len: usize) -> u8 {
    u8::try_from(len).ok().filter(|len| *len < 0x80).expect("one byte of LEB128")
}

/// Adds a custom section so that the module has exactly this many bytes.
fn padded(mut module: Vec<u8>, bytes: usize) -> Vec<u8> {
    // Section id, four bytes of length, an empty name.
    let padding = bytes - module.len() - 6;
    let body = padding + 1;
    module.push(0);
    for shift in [0, 7, 14, 21] {
        let more = if shift == 21 { 0 } else { 0x80 };
        module.push(u8::try_from((body >> shift) & 0x7f).unwrap() | more);
    }
    module.push(0);
    module.resize(bytes, 0);
    module
}

fn problem(bytes: &[u8]) -> String {
    format!("{:#}", check(bytes).unwrap_err())
}

#[test]
fn a_module_of_host_calls_and_old_wasi_passes() {
    let imports = [("env", "proxy_log"), ("wasi_snapshot_preview1", "clock_time_get")];
    let summary = check(&module(&imports, &["memory", ABI])).unwrap();
    assert_eq!(summary.to_string(), "120 bytes of 800000; imports 1 proxy_* functions, clock_time_get");
}

#[test]
fn a_missing_abi_export_is_named() {
    assert_eq!(
        problem(&module(&[], &["memory"])),
        "does not export proxy_abi_version_0_2_1: no host can tell that it speaks Proxy-Wasm 0.2.1"
    );
}

#[test]
fn every_import_that_envoy_lacks_is_named() {
    let imports = [
        ("env", "emscripten_notify"),
        ("wasi_snapshot_preview1", "fd_filestat_get"),
        ("wasi:io/poll", "poll"),
    ];
    let problem = problem(&module(&imports, &[ABI]));
    let lines: Vec<&str> = problem.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("imports env.emscripten_notify: "), "{}", lines[0]);
    assert!(
        lines[1].starts_with("imports wasi_snapshot_preview1.fd_filestat_get: Envoy up to 1.38"),
        "{}",
        lines[1]
    );
    assert!(lines[2].starts_with("imports wasi:io/poll.poll: "), "{}", lines[2]);
}

#[test]
fn the_size_budget_holds_to_the_byte() {
    let small = module(&[], &[ABI]);
    for bytes in [MODULE_BYTES_MAX - 1, MODULE_BYTES_MAX] {
        check(&padded(small.clone(), bytes)).unwrap();
    }
    assert_eq!(problem(&padded(small, MODULE_BYTES_MAX + 1)), "800001 bytes are over the budget of 800000");
}

#[test]
fn what_is_not_a_module_is_refused() {
    assert!(check(b"not a module").is_err());
    assert!(problem(b"\0asm\x0d\0\x01\0").starts_with("a component"));
}

#[test]
fn a_result_is_stale_unless_it_is_newer_than_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let [source, result] = ["a.wasm", "a.108-O3.wasm"].map(|name| folder.path().join(name));
    let written = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000);
    File::create(&source).unwrap().set_modified(written).unwrap();
    assert!(is_stale(&result, &source).unwrap(), "there is none");
    let file = File::create(&result).unwrap();
    for (seconds, stale) in [(-1_i64, true), (0, true), (1, false)] {
        let apart = Duration::from_secs(seconds.unsigned_abs());
        file.set_modified(if seconds < 0 { written - apart } else { written + apart }).unwrap();
        assert_eq!(is_stale(&result, &source).unwrap(), stale, "{seconds} s after");
    }
}
