use super::bench::{start, start_with, try_start};
use crate::wasi::{IO_VECTORS_MAX, RANDOM_BYTES_MAX, WASI, WRITE_BYTES_MAX};
use crate::{Driven, LogLevel, Now, Profile, Settings};

/// Calls each of `calls`, with the functions imported as `imports` says, and logs what they give.
fn called(imports: &[(&str, &str)], calls: &[&str]) -> Vec<String> {
    let imports: Vec<String> = imports
        .iter()
        .map(|(name, ty)| {
            format!(r#"(import "wasi_snapshot_preview1" "{name}" (func ${name} {ty} (result i32)))"#)
        })
        .collect();
    let calls: Vec<String> = calls.iter().map(|call| format!("(call $say {call})")).collect();
    let mut bench = start(&format!(
        "{}\n(func (export \"proxy_on_new_connection\") (param i32) (result i32)
           (drop (memory.grow (i32.const 32))) {} (i32.const 1))
         (data (i32.const 1024) \"line\\n\")",
        imports.join("\n"),
        calls.concat(),
    ));
    bench.accept();
    bench.seen()
}

/// A place for buffers (address and length), each of the line at 1024.
fn vectors(count: u32, len: u32) -> String {
    format!(
        "(block (result i32)
           (i32.store (i32.const 2048) (i32.const 1024)) (i32.store (i32.const 2052) (i32.const {len}))
           (call $fd_write (i32.const 1) (i32.const 2048) (i32.const {count}) (i32.const 8)))"
    )
}

const FD_WRITE: (&str, &str) = ("fd_write", "(param i32 i32 i32 i32)");

#[test]
fn output_is_a_line_of_the_log_without_its_end() {
    assert_eq!(called(&[FD_WRITE], &[&vectors(1, 5), "(i32.load (i32.const 8))"]), ["line", "000", "005"]);
    assert_eq!(called(&[FD_WRITE], &[&vectors(1, 0)]), ["000"], "nothing is no line");
    // What is neither standard output nor standard error; an address outside the memory.
    let bad = "(call $fd_write (i32.const 3) (i32.const 2048) (i32.const 1) (i32.const 8))";
    let outside = "(call $fd_write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 8))";
    assert_eq!(called(&[FD_WRITE], &[bad, outside]), ["008", "021"]);
}

#[test]
fn standard_error_is_logged_as_an_error() {
    let mut bench = start(
        r#"(import "wasi_unstable" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
           (data (i32.const 1024) "bad") (data (i32.const 2048) "\00\04\00\00\03\00\00\00")
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $fd_write (i32.const 2) (i32.const 2048) (i32.const 1) (i32.const 8))) (i32.const 1))"#,
    );
    bench.accept();
    let Some(crate::Effect::Log(line)) = bench.host.poll_effect() else { panic!() };
    assert_eq!((line.level, line.text.as_str(), line.by_host), (LogLevel::Error, "bad", false));
}

#[test]
fn one_write_has_limits() {
    // All buffers but the first are empty.
    for (count, status) in [(IO_VECTORS_MAX - 1, "000"), (IO_VECTORS_MAX, "000"), (IO_VECTORS_MAX + 1, "028")]
    {
        assert_eq!(called(&[FD_WRITE], &[&vectors(count, 1)]).last().unwrap(), status, "{count} buffers");
    }
    let max = u32::try_from(WRITE_BYTES_MAX).unwrap();
    for (len, status) in [(max - 1, "000"), (max, "000"), (max + 1, "028")] {
        assert_eq!(called(&[FD_WRITE], &[&vectors(1, len)]).last().unwrap(), status, "{len} bytes");
    }
}

#[test]
fn random_bytes_come_in_limited_portions() {
    let random = [("random_get", "(param i32 i32)")];
    let get = |len: u32| format!("(call $random_get (i32.const 65536) (i32.const {len}))");
    let calls = [RANDOM_BYTES_MAX - 1, RANDOM_BYTES_MAX, RANDOM_BYTES_MAX + 1].map(get);
    let calls = [
        &calls[0],
        &calls[1],
        &calls[2],
        "(call $random_get (i32.const -1) (i32.const 0))",
        "(call $random_get (i32.const -1) (i32.const 1))",
    ];
    assert_eq!(called(&random, &calls), ["000", "000", "028", "000", "021"]);
}

#[test]
fn there_are_two_clocks() {
    let imports = [("clock_time_get", "(param i32 i64 i32)"), ("clock_res_get", "(param i32 i32)")];
    let time =
        |clock: u32| format!("(call $clock_time_get (i32.const {clock}) (i64.const 0) (i32.const 16))");
    let resolution = |clock: u32| format!("(call $clock_res_get (i32.const {clock}) (i32.const 16))");
    let calls = [time(0), time(1), time(2), resolution(1), "(i32.load (i32.const 16))".into(), resolution(2)];
    let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
    assert_eq!(called(&imports, &calls), ["000", "000", "058", "000", "001", "058"]);
}

#[test]
fn files_and_sockets_are_not_there() {
    let imports = [
        ("fd_close", "(param i32)"),
        ("fd_prestat_dir_name", "(param i32 i32 i32)"),
        ("fd_prestat_get", "(param i32 i32)"),
        ("fd_fdstat_get", "(param i32 i32)"),
        ("fd_sync", "(param i32)"),
        ("fd_renumber", "(param i32 i32)"),
        ("fd_tell", "(param i32 i32)"),
        ("sock_shutdown", "(param i32 i32)"),
        ("fd_readdir", "(param i32 i32 i32 i64 i32)"),
    ];
    let calls = [
        ("(call $fd_close (i32.const 7))", "000"),
        ("(call $fd_prestat_dir_name (i32.const 3) (i32.const 0) (i32.const 0))", "052"),
        ("(call $fd_prestat_get (i32.const 3) (i32.const 0))", "008"),
        ("(call $fd_fdstat_get (i32.const 0) (i32.const 16))", "008"),
        ("(call $fd_fdstat_get (i32.const 1) (i32.const 16))", "000"),
        ("(i32.load8_u (i32.const 24))", "064"),
        ("(call $fd_fdstat_get (i32.const 2) (i32.const -1))", "000"),
        ("(call $fd_sync (i32.const 2))", "000"),
        ("(call $fd_sync (i32.const 3))", "008"),
        ("(call $fd_renumber (i32.const 1) (i32.const 2))", "058"),
        ("(call $fd_renumber (i32.const 1) (i32.const 3))", "008"),
        ("(call $fd_tell (i32.const 1) (i32.const 16))", "000"),
        ("(call $fd_tell (i32.const 1) (i32.const -1))", "021"),
        ("(call $sock_shutdown (i32.const 1) (i32.const 0))", "058"),
        ("(call $fd_readdir (i32.const 3) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 16))", "020"),
    ];
    assert_eq!(called(&imports, &calls.map(|(call, _)| call)), calls.map(|(_, status)| status));
}

#[test]
fn the_environment_is_the_machines() {
    let mut settings = Settings::postscreen("{}");
    settings.environment.insert("A".into(), "1".into());
    settings.environment.insert("NAME".into(), "value".into());
    let mut bench = start_with(
        r#"(import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
           (import "wasi_snapshot_preview1" "environ_get" (func $get (param i32 i32) (result i32)))
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (call $say (call $sizes (i32.const 8) (i32.const 12)))
             (call $say (i32.load (i32.const 8))) (call $say (i32.load (i32.const 12)))
             (call $say (call $get (i32.const 2048) (i32.const 3072)))
             (call $text (i32.load (i32.const 2052)) (i32.const 10))
             (i32.const 1))"#,
        settings,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["000", "002", "015", "000", "NAME=value"]);
}

#[test]
fn functions_that_are_too_new_for_the_profile_are_said_at_the_start() {
    let import = r#"(import "wasi_unstable" "clock_res_get" (func (param i32 i32) (result i32)))"#;
    for profile in Profile::ALL {
        let settings = Settings { profile, ..Settings::postscreen("{}") };
        let error = try_start(import, settings, Now::default()).err().map(|error| error.to_string());
        let expected = "test imports wasi_unstable.clock_res_get, which Envoy has since 1.39";
        assert_eq!(error.is_some(), profile < Profile::Envoy1_39, "{profile}");
        assert!(error.is_none_or(|error| error.starts_with(expected)));
    }
}

#[test]
fn every_function_can_be_called_by_a_module_with_bad_addresses() {
    for function in WASI.iter().filter(|function| function.name != "proc_exit") {
        let (types, args): (Vec<_>, Vec<_>) = function
            .params
            .iter()
            .map(|param| match param {
                crate::abi::Param::I32(_) => ("i32", "(i32.const -1)"),
                crate::abi::Param::I64(_) => ("i64", "(i64.const -1)"),
            })
            .unzip();
        let ty = if types.is_empty() { String::new() } else { format!("(param {})", types.join(" ")) };
        let call = format!("(i32.lt_u (call ${} {}) (i32.const 77))", function.name, args.join(" "));
        assert_eq!(called(&[(function.name, &ty)], &[&call]), ["001"], "{}", function.name);
    }
}

#[test]
fn polling_succeeds_since_1_39() {
    for profile in Profile::ALL {
        let mut bench = start_with(
            r#"(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
               (func (export "proxy_on_new_connection") (param i32) (result i32)
                 (call $say (call $poll (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (i32.const 1))"#,
            Settings { profile, ..Settings::postscreen("{}") },
        );
        bench.accept();
        let expected = if profile >= Profile::Envoy1_39 { "000" } else { "052" };
        assert_eq!(bench.seen(), [expected], "{profile}");
    }
}
