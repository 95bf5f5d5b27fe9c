use super::bench::{start, start_with, try_start};
use crate::{Now, Profile, Settings};

/// The error of a module that calls `call` in `_initialize`.
fn initialising(import: &str, call: &str, profile: Profile) -> Option<String> {
    let body = format!(
        r#"(import {import})
           (func (export "_initialize") {call})"#
    );
    let settings = Settings { profile, ..Settings::postscreen("{}") };
    try_start(&body, settings, Now::default()).err().map(|error| error.to_string())
}

#[test]
fn while_it_starts_a_module_may_do_little() {
    let newest = Profile::default();
    let wasi = |name: &str, ty: &str| format!(r#""wasi_snapshot_preview1" "{name}" (func $f {ty})"#);
    for (import, call, allowed) in [
        (
            r#""env" "proxy_get_log_level" (func $f (param i32) (result i32))"#.to_owned(),
            "(drop (call $f (i32.const 0)))",
            false,
        ),
        (
            r#""env" "emscripten_notify_memory_growth" (func $f (param i32))"#.to_owned(),
            "(call $f (i32.const 0))",
            true,
        ),
        (
            r#""env" "pthread_equal" (func $f (param i32 i32) (result i32))"#.to_owned(),
            "(drop (call $f (i32.const 0) (i32.const 0)))",
            false,
        ),
        (
            wasi("random_get", "(param i32 i32) (result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 4)))",
            true,
        ),
        (wasi("fd_close", "(param i32) (result i32)"), "(drop (call $f (i32.const 1)))", false),
        (wasi("sched_yield", "(result i32)"), "(drop (call $f))", false),
        (wasi("proc_exit", "(param i32)"), "(call $f (i32.const 1))", false),
    ] {
        let error = initialising(&import, call, newest);
        assert_eq!(error.is_none(), allowed, "{import} {error:?}");
        assert!(error.is_none_or(|error| error.contains("restricted_callback")), "{import}");
    }
}

#[test]
fn polling_while_it_starts_is_allowed_since_1_39() {
    let import = r#""wasi_snapshot_preview1" "poll_oneoff" (func $f (param i32 i32 i32 i32) (result i32))"#;
    let call = "(drop (call $f (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))";
    for profile in Profile::ALL {
        assert_eq!(initialising(import, call, profile).is_none(), profile >= Profile::Envoy1_39, "{profile}");
    }
}

#[test]
fn an_allocator_may_log_and_nothing_else() {
    let module = |call: &str| {
        format!(
            r#"(module
                 (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
                 (import "env" "proxy_get_log_level" (func $level (param i32) (result i32)))
                 (import "env" "proxy_get_buffer_bytes" (func $get (param i32 i32 i32 i32 i32) (result i32)))
                 (memory (export "memory") 1)
                 (func (export "proxy_abi_version_0_2_1"))
                 (func (export "proxy_on_memory_allocate") (param i32) (result i32) {call} (i32.const 1024))
                 (func (export "proxy_on_configure") (param i32 i32) (result i32)
                   (drop (call $get (i32.const 7) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4)))
                   (i32.const 1)))"#
        )
    };
    let start = |call: &str| {
        let module = crate::Module::from_bytes("m", module(call).as_bytes()).unwrap();
        crate::Host::start(&module, Settings::postscreen("{}"), Now::default()).err()
    };
    assert!(start("(drop (call $log (i32.const 2) (i32.const 0) (i32.const 1)))").is_none());
    let error = start("(drop (call $level (i32.const 0)))").unwrap().to_string();
    assert!(error.contains("proxy_get_log_level: restricted_callback"), "{error}");
}

#[test]
fn malloc_comes_before_the_abis_own_allocator() {
    // The prelude has malloc, whose memory starts at 65536.
    let mut bench = start(
        r#"(func (export "proxy_on_memory_allocate") (param i32) (result i32) unreachable)
           (func (export "proxy_on_new_connection") (param i32) (result i32)
             (drop (call $get_property (i32.const 1024) (i32.const 11) (i32.const 0) (i32.const 4)))
             (call $given) (i32.const 1))
           (data (i32.const 1024) "plugin_name")"#,
    );
    bench.accept();
    assert_eq!(bench.seen(), ["postscreen"]);
}

/// The functions named, each of which logs its own name in short.
fn module(names: &[&str]) -> String {
    let function = |name: &&str| match *name {
        "main" => {
            r#"(func (export "main") (param $argc i32) (param $argv i32) (result i32)
            (call $text (i32.const 1024) (i32.const 4)) (call $say (local.get $argv)) (i32.const 9))"#
        }
        "__main_void" => {
            r#"(func (export "__main_void") (result i32)
            (call $text (i32.const 1028) (i32.const 4)) (i32.const 9))"#
        }
        "_initialize" => r#"(func (export "_initialize") (call $text (i32.const 1032) (i32.const 4)))"#,
        _ => r#"(func (export "_start") (call $text (i32.const 1036) (i32.const 5)))"#,
    };
    let functions: String = names.iter().map(function).collect();
    format!(r#"(data (i32.const 1024) "mainvoidinitstart") {functions}"#)
}

/// What the first machine logged while it started.
fn logged(names: &[&str], profile: Profile) -> Vec<String> {
    let mut bench = start_with(&module(names), Settings { profile, ..Settings::postscreen("{}") });
    let logged = bench.logged();
    // The machine that the others are made from, canary, main thread and worker do the same.
    assert_eq!(logged.len() % 4, 0, "{logged:?}");
    logged[..logged.len() / 4].to_vec()
}

#[test]
fn a_reactor_is_initialised_and_then_its_main_is_called() {
    for profile in Profile::ALL {
        assert_eq!(logged(&["_initialize"], profile), ["init"]);
        assert_eq!(logged(&["_initialize", "main"], profile), ["init", "main", "000"]);
        assert_eq!(logged(&["_initialize", "main", "_start"], profile), ["init", "main", "000"]);
    }
}

#[test]
fn main_without_arguments_is_called_since_1_39() {
    for profile in Profile::ALL {
        let void: &[&str] = if profile >= Profile::Envoy1_39 { &["init", "void"] } else { &["init"] };
        assert_eq!(logged(&["_initialize", "__main_void"], profile), void, "{profile}");
        assert_eq!(logged(&["_initialize", "__main_void", "main"], profile), ["init", "main", "000"]);
    }
}

#[test]
fn a_command_is_started() {
    for profile in Profile::ALL {
        assert_eq!(logged(&["_start"], profile), ["start"]);
        assert_eq!(logged(&["_start", "main", "__main_void"], profile), ["start"]);
        assert!(logged(&["main", "__main_void"], profile).is_empty());
    }
}
