//! What is refused at the start, in words.

use crate::program::{complaint, output};

#[test]
fn a_refused_configuration_is_pointed_at() {
    let config = format!("{}/refused.json", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&config, "{\n  \"greet_wait\": \"6x\"\n}\n").unwrap();
    let output = output("refuse.wat", &["--config", &config]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for part in ["greet_wait is not valid", "2:17]", "\"6x\": expected a unit"] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    assert!(output.stdout.is_empty());
}

#[test]
fn a_module_that_is_not_there_says_how_to_build_it() {
    let shown = complaint("no/postscreen.wasm", &[]);
    assert!(shown.contains("; `cargo xtask wasm` builds it"), "{shown}");
}

#[test]
fn a_module_that_wants_more_memory_than_it_may_have_is_refused() {
    let shown = complaint("tag.wat", &["--memory", "64KiB"]);
    assert_eq!(shown.matches("--memory allows more").count(), 1, "{shown}");
}

#[test]
fn the_built_in_configuration_can_be_printed_without_a_module() {
    let output = output("no/postscreen.wasm", &["--print-config"]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"greet_wait\": \"6s\""));
}

#[test]
fn an_option_that_makes_no_sense_is_named_with_what_was_expected() {
    for (options, said) in [
        (&["--listen", "25"][..], "such as 0.0.0.0:25 or [::]:25"),
        (&["--backend", "mail"], "expected HOST:PORT, such as 127.0.0.1:25"),
        (&["--connect-timeout", "5"], "expected a number with a unit, at most 1h"),
        (&["--connect-timeout", "0s"], "expected more than 0"),
        (&["--drain-timeout", "2h"], "expected a number with a unit, at most 1h"),
        (&["--proxy-protocol-out", "v3"], "[possible values: v1, v2]"),
        (&["--resolver", "127.0.0.1"], "expected udp://ADDRESS, tcp://ADDRESS"),
        (&["--resolver-ca", "ca.pem"], "--resolver <URL>"),
        (&["--resolver", "none", "--zone", "zone.yaml"], "cannot be used with"),
        (&["--max-questions", "0"], "0 is not in 1..=10000"),
        (&["--max-questions", "10001"], "10001 is not in 1..=10000"),
        (&["--profile", "envoy-1.0"], "envoy-1.37"),
        (&["--fuel", "0"], "expected a number of instructions above 0"),
        (&["--memory", "much"], "expected a number of bytes"),
        (&["--workers", "0"], "expected a whole number above 0"),
        (&["--max-connections", "0"], "expected a whole number above 0"),
        (&["--metrics", "9125"], "expected an IP address with a port, such as 127.0.0.1:9125"),
        (&["--log-format", "xml"], "[possible values: plain, syslog, json]"),
    ] {
        let shown = complaint("through.wat", options);
        assert!(shown.contains(said), "{options:?}: {shown}");
    }
}

#[test]
fn the_help_teaches() {
    let output = output("through.wat", &["--help"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    for part in ["Mail server:", "DNS lists:", "Examples:", "SIGHUP", "zone.yaml:"] {
        assert!(shown.contains(part), "no {part} in\n{shown}");
    }
}
