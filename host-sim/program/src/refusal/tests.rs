use envoy_sim::{LogLevel, LogLine, StartError, VmId};

use super::{line, report};

fn refused(logged: &str) -> StartError {
    let line = LogLine {
        vm: VmId::Canary,
        connection: None,
        level: LogLevel::Error,
        text: logged.into(),
        by_host: false,
    };
    StartError::Refused {
        module: "postscreen.wasm".into(),
        vm: VmId::Canary,
        callback: "proxy_on_configure",
        log: vec![line],
    }
}

fn shown(logged: &str, text: &str) -> String {
    let error = refused(logged);
    let mut shown = String::new();
    miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor())
        .render_report(&mut shown, report(&error, "policy.json", text).as_ref())
        .unwrap();
    shown
}

#[test]
fn the_value_is_pointed_at_with_what_was_expected() {
    let text = "{\n  \"greet_wait\": \"6x\",\n  \"greet_action\": \"drop\"\n}\n";
    let shown = shown("configuration: greet_wait: \"6x\": expected a unit (line 2, column 20)", text);
    for part in ["greet_wait is not valid", "policy.json:2:17", "──┬─", "\"6x\": expected a unit"] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
}

#[test]
fn a_number_is_pointed_at_as_a_whole() {
    let text = "{\"dnsbl_threshold\": 10}";
    let shown = shown("configuration: dnsbl_threshold: invalid value (line 1, column 22)", text);
    assert!(shown.contains("policy.json:1:21"), "{shown}");
    assert!(shown.contains("─┬"), "{shown}");
}

#[test]
fn a_message_without_a_place_is_shown_as_it_is() {
    let shown = shown("configuration: 20000000 bytes: expected at most 16777216", "{}");
    assert!(shown.contains("policy.json: 20000000 bytes: expected at most 16777216"), "{shown}");
}

#[test]
fn a_place_outside_the_text_does_no_harm() {
    for text in ["", "{", "é"] {
        for place in ["(line 0, column 0)", "(line 9, column 9)", "(line 1, column 99999999999999999999)"] {
            assert!(!shown(&format!("configuration: x: bad {place}"), text).is_empty());
        }
    }
}

#[test]
fn a_module_that_says_it_otherwise_is_quoted() {
    assert!(shown("nonsense in the settings", "{}").contains("nonsense in the settings"));
}

#[test]
fn the_log_has_it_on_one_line() {
    for (logged, expected) in [
        (
            "configuration: greet_wait: \"6x\": expected a unit (line 2, column 20)",
            "policy.json:2:20: greet_wait: \"6x\": expected a unit",
        ),
        (
            "configuration: 20000000 bytes: expected at most 16777216",
            "policy.json: 20000000 bytes: expected at most 16777216",
        ),
        (
            "nonsense in the settings",
            "policy.json: postscreen.wasm refused its configuration (proxy_on_configure on the canary); nonsense in \
             the settings",
        ),
    ] {
        assert_eq!(line(&refused(logged), "policy.json"), expected);
    }
}
