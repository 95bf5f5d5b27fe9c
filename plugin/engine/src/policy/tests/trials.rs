//! What is on trial: lists that decide nothing, tests that refuse nobody.

use super::*;

#[test]
fn lists_on_trial_come_last_and_enable_no_test() {
    let policy = Policy::parse(
        br#"{"dnsbl_sites": ["a.test"], "dnsbl_trial_sites": ["b.test*2", "c.test", "b.test=127.0.0.3*-1"]}"#,
    );
    let policy = policy.unwrap();
    let zones: Vec<_> = policy
        .zones()
        .iter()
        .map(|zone| (zone.domain.as_str(), zone.on_trial, zone.entries().len()))
        .collect();
    assert_eq!(zones, [("a.test", false, 1), ("b.test", true, 2), ("c.test", true, 1)]);
    let alone = Policy::parse(br#"{"dnsbl_trial_sites": ["b.test"]}"#).unwrap();
    assert!(policy.enabled_tests().contains(Test::Dnsbl) && !alone.enabled_tests().contains(Test::Dnsbl));
}

#[test]
fn lists_on_trial_are_none_of_the_lists_that_give_passes() {
    let id = |more: &str| {
        let json = format!(r#"{{"dnsbl_sites": ["a.test"]{more}}}"#);
        Policy::parse(json.as_bytes()).unwrap().lists_id()
    };
    assert_eq!(id(""), id(r#", "dnsbl_trial_sites": ["b.test*3"], "trial_tests": ["dnsbl"]"#));
}

#[test]
fn an_error_names_field_value_and_expectation() {
    for (json, expected) in [
        (
            r#"{"dnsbl_sites": ["a.test"], "dnsbl_trial_sites": ["b.test", "A.test=127.0.0.2*2"]}"#,
            r#"dnsbl_trial_sites[1]: "a.test=127.0.0.2*2": expected a list that is not in dnsbl_sites"#,
        ),
        (r#"{"dnsbl_trial_sites": ["b.test*x"]}"#, r#"dnsbl_trial_sites[0]: "b.test*x": bad DNSBL weight"#),
        (r#"{"dnsbl_trial_sites": "b.test"}"#, "dnsbl_trial_sites: invalid type: string \"b.test\""),
        (r#"{"trial_tests": ["dnsbl", "helo"]}"#, r#"trial_tests[1]: "helo": expected "pregreet", "dnsbl","#),
        (r#"{"trial_tests": [true]}"#, "trial_tests[0]: invalid type: boolean `true`, expected \"pregreet\""),
    ] {
        let error = Policy::parse(json.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{json} gave {error}");
    }
}

#[test]
fn there_is_a_limit_to_lists_on_trial_beside_that_of_the_others() {
    for (count, fits) in [(TRIAL_SITES_MAX - 1, true), (TRIAL_SITES_MAX, true), (TRIAL_SITES_MAX + 1, false)]
    {
        let sites = |count: usize, name: &str| {
            (0..count).map(|number| format!("{name}{number}.test")).collect::<Vec<_>>()
        };
        let json = serde_json::json!({
            "dnsbl_sites": sites(SITES_MAX, "list"),
            "dnsbl_trial_sites": sites(count, "trial"),
        });
        let policy = Policy::parse(json.to_string().as_bytes());
        assert_eq!(policy.is_ok(), fits, "{count}");
        if let Err(error) = policy {
            assert_eq!(error.path(), "dnsbl_trial_sites");
            assert!(error.message().starts_with("17 entries: expected at most 16"), "{error}");
        }
    }
}

#[test]
fn a_test_on_trial_is_ignored_whatever_is_configured() {
    for test in Test::ALL {
        for action in [Action::Ignore, Action::Enforce, Action::Drop] {
            let name = if test == Test::Pregreet { "greet" } else { test.as_str() };
            let json =
                |trials: &str| format!(r#"{{"{name}_action": "{action}", "trial_tests": [{trials}]}}"#);
            let policy = |trials: &str| Policy::parse(json(trials).as_bytes()).unwrap();
            let on_trial = policy(&format!("\"{test}\""));
            assert_eq!((on_trial.action(test), on_trial.configured_action(test)), (Action::Ignore, action));
            assert_eq!(policy("").action(test), action);
            let others = Test::ALL.into_iter().filter(|&other| other != test);
            let others: Vec<_> = others.map(|other| format!("\"{other}\"")).collect();
            assert_eq!(policy(&others.join(", ")).action(test), action);
        }
    }
}

#[test]
fn a_deep_test_on_trial_is_none_that_has_to_be_passed() {
    let policy = |trials: &str| {
        let json = format!(
            r#"{{"dnsbl_sites": ["a.test"], "pipelining_enable": true, "bare_newline_enable": true,
                "trial_tests": [{trials}]}}"#
        );
        Policy::parse(json.as_bytes()).unwrap()
    };
    let set = |tests: &[Test]| tests.iter().copied().collect::<TestSet>();
    let early = [Test::Pregreet, Test::Dnsbl];
    for (trials, enabled, on_trial) in [
        ("", &[Test::Pipelining, Test::BareNewline][..], &[][..]),
        (r#""pipelining""#, &[Test::BareNewline], &[Test::Pipelining]),
        // One that is not switched on does not run, on trial or not.
        (r#""non_smtp_command""#, &[Test::Pipelining, Test::BareNewline], &[]),
        // The early ones run as ever.
        (r#""pregreet", "dnsbl", "bare_newline""#, &[Test::Pipelining], &[Test::BareNewline]),
    ] {
        let policy = policy(trials);
        assert_eq!(policy.enabled_tests(), set(&early) | set(enabled), "{trials}");
        assert_eq!(policy.deep_tests_on_trial(), set(on_trial), "{trials}");
    }
}
