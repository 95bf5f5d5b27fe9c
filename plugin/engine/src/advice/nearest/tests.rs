use super::*;
use proptest::prelude::*;

const NAMES: [&str; 8] = [
    "greet_wait",
    "greet_action",
    "dnsbl_action",
    "pipelining_enable",
    "dnsbl_frugal_enable",
    "dnsbl_max_ttl",
    "denylist_action",
    "postscreen_forbidden_commands",
];

#[test]
fn a_slip_finds_its_name() {
    for (written, expected) in [
        ("greet_wiat", Some("greet_wait")),
        ("greet_wait", Some("greet_wait")),
        ("Greet-Wait", Some("greet_wait")),
        ("greetwait", Some("greet_wait")),
        ("postscreen_greet_wait", Some("greet_wait")),
        ("pipelining_enabled", Some("pipelining_enable")),
        ("postscreen_forbidden_command", Some("postscreen_forbidden_commands")),
        ("dnsbl_frugal", Some("dnsbl_frugal_enable")),
        ("max_ttl", Some("dnsbl_max_ttl")),
        ("blacklist_action", Some("denylist_action")),
        // Two are as likely, or none is.
        ("action", None),
        ("dnsbl", None),
        ("postscreen_reject_frequency", None),
        ("postscreen_hangup_action", None),
        ("x", None),
        ("", None),
    ] {
        assert_eq!(nearest(written, NAMES), expected, "{written}");
    }
}

#[test]
fn short_words_are_compared_as_well() {
    let words = ["ignore", "enforce", "drop"];
    for (written, expected) in
        [("droop", Some("drop")), ("inforce", Some("enforce")), ("DROP", Some("drop")), ("reject", None)]
    {
        assert_eq!(nearest(written, words), expected, "{written}");
    }
}

#[test]
fn what_is_too_long_is_no_name() {
    for (length, found) in [(NAME_MAX - 1, true), (NAME_MAX, true), (NAME_MAX + 1, false)] {
        let (written, name) = ("x".repeat(length), "x".repeat(length));
        assert_eq!(nearest(&written, [name.as_str()]).is_some(), found, "{length}");
    }
}

proptest! {
    #[test]
    fn a_name_with_one_letter_missing_is_found(which in 0..NAMES.len(), at in 0_usize..9) {
        let name = NAMES[which];
        let mut written = name.to_owned();
        written.remove(name.len() - 1 - at);
        prop_assert_eq!(nearest(&written, NAMES), Some(name));
    }

    #[test]
    fn anything_may_be_asked(written in ".{0,80}") {
        let _ = nearest(&written, NAMES);
    }
}
