use super::bench::start_with;
use crate::{Profile, Settings};

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
