//! Every violation with every action.

use super::{DEEP, Dialogue, DialogueEnd, Test};
use crate::smtpd::{DialogueEvent, READ_MAX};

/// The test, its parameter, bytes that violate it, the log line, and the last words of `drop`.
const VIOLATIONS: [(Test, &str, &str, &str, &str); 3] = [
    (
        Test::Pipelining,
        "pipelining",
        "noop\r\nRSET",
        "COMMAND PIPELINING from [192.0.2.10]:48543 after noop: RSET",
        "521 5.5.1 Protocol error",
    ),
    (
        Test::NonSmtpCommand,
        "non_smtp_command",
        "Subject: a\\b\r\n",
        r"NON-SMTP COMMAND from [192.0.2.10]:48543 after MAIL: Subject: a\\b",
        "521 5.7.0 Error: I can break rules, too. Goodbye.",
    ),
    (
        Test::BareNewline,
        "bare_newline",
        "NOOP \tx\n",
        r"BARE NEWLINE from [192.0.2.10]:48543 after NOOP \tx",
        "521 5.5.1 Protocol error",
    ),
];

#[test]
fn each_action_has_its_outcome_and_each_violation_is_reported_once() {
    for (test, name, bytes, log, last_words) in VIOLATIONS {
        for action in ["ignore", "enforce", "drop"] {
            let mut client = Dialogue::watched(&format!(r#"{{"{name}_action": "{action}"}}"#), &[test]);
            client.replies(&["MAIL FROM:<>"]);
            let heard = client.hears(bytes);
            assert_eq!(heard[..2], [format!("log {log}"), format!("count postscreen_{name}_total")]);
            if action == "drop" {
                let end = [
                    format!("failed {test:?}"),
                    format!("say {last_words}"),
                    format!("end Dropped({test:?})"),
                ];
                assert_eq!(heard[2..], end, "{name}");
                continue;
            }
            let outcome = if action == "ignore" { "ignored" } else { "failed" };
            assert_eq!(heard[2], format!("{outcome} {test:?}"));
            if test == Test::Pipelining {
                client.hears("\r\n");
            }
            let again = client.hears(bytes);
            assert!(!again.iter().any(|line| line.starts_with("log")), "{again:?}");
            if test == Test::Pipelining {
                client.hears("\r\n");
                client.replies(&["MAIL FROM:<>"]);
            }
            let reject = if action == "ignore" { "450 4.3.2 Service" } else { "550 5.5.1 Protocol error" };
            let heard = client.hears("RCPT TO:<>\r\n");
            assert!(
                heard.last().unwrap().starts_with(&format!("say {reject}")),
                "{name} {action}: {heard:?}"
            );
            assert!(!heard.iter().any(|line| line.starts_with("passed")), "{heard:?}");
            assert!(client.hears("VRFY x\r\n")[0].contains(reject));
        }
    }
}

#[test]
fn on_trial_a_violation_is_told_once_and_there_is_nothing_to_pass() {
    for (test, name, bytes, log, _) in VIOLATIONS {
        for action in ["ignore", "enforce", "drop"] {
            let policy = format!(r#"{{"{name}_action": "{action}", "trial_tests": ["{name}"]}}"#);
            let mut client = Dialogue::watched(&policy, &[test]);
            client.replies(&["MAIL FROM:<>"]);
            let heard = client.hears(bytes);
            let expected = [
                format!("log {log}"),
                format!("count postscreen_{name}_total"),
                format!("on trial {}", test.as_str()),
            ];
            assert_eq!(heard[..3], expected, "{name} {action}");
            client.hears("\r\n");
            assert!(!client.hears(bytes).iter().any(|line| line.starts_with("on trial")), "once");
            client.hears("\r\n");
            client.replies(&["MAIL FROM:<>"]);
            let heard = client.hears("RCPT TO:<>\r\n");
            assert!(heard.last().unwrap().starts_with("say 450 4.3.2 Service"), "{name} {action}: {heard:?}");
            assert!(!heard.iter().any(|line| line.starts_with("passed")), "{heard:?}");
        }
    }
}

#[test]
fn a_later_violation_takes_a_pass_back() {
    let mut client = Dialogue::watched("{}", &DEEP);
    assert_eq!(
        client.hears("RCPT\r\n")[..3],
        ["passed BareNewline", "passed NonSmtpCommand", "passed Pipelining"]
    );
    assert_eq!(client.hears("rcpt\r\n"), ["say 503 5.5.1 Error: need MAIL command"], "passed once only");
    assert!(client.hears("NOOP\r\nNOOP\r\n").contains(&"failed Pipelining".to_owned()));
    assert!(client.hears("NOOP\n").contains(&"ignored BareNewline".to_owned()));
}

#[test]
fn tests_that_do_not_run_see_nothing() {
    let mut client = Dialogue::new("{}");
    let heard = client.hears("GET / HTTP/1.1\nRCPT TO:<>\nNOOP\n");
    assert!(heard.iter().all(|line| line.starts_with("say ")), "{heard:?}");
}

#[test]
fn what_is_no_smtp_command() {
    let utf8 = "{}";
    let ascii = r#"{"smtputf8_enable": false, "forbidden_commands": ["CONNECT"]}"#;
    for (policy, line, expected) in [
        (utf8, &b"CONNECT 1.2.3.4:25 HTTP/1.0"[..], Some("CONNECT 1.2.3.4:25 HTTP/1.0")),
        (utf8, b"get", Some("get ")),
        (utf8, b"post  x", Some("post  x")),
        (utf8, b"\x16\x03\x01\xff ", Some("???? ")),
        (utf8, b"1x", Some("1x ")),
        (utf8, b"\xffEHLO x", Some("?EHLO x")),
        (utf8, b"x\xff y\xff", Some(r"x? y\377")),
        (utf8, b"x\xc3\xa9", None),
        (ascii, b"x\xff", None),
        (ascii, b"1x", None),
        (ascii, b"GET /", None),
        (ascii, b"connect", Some("connect ")),
        (utf8, b"From:x", Some("From:x ")),
        (utf8, b"MAIL: x", Some("MAIL: x")),
        (utf8, b"X\t:", Some("X?: ")),
        (utf8, b"Subject : x", None),
        (ascii, b":x", None),
        (ascii, b"\tX:", None),
        (ascii, b"a\tb:", None),
        (utf8, b"foo", None),
        (utf8, b"", None),
        (utf8, b"AUTH", None),
        (utf8, b"XCLIENT", None),
        (utf8, b"XFORWARD", None),
        // A NUL ends the line, for these tests, too.
        (utf8, b"GET\0:", Some("GET ")),
        (utf8, b"GE\0T /", None),
        (utf8, b"From\0: x", None),
        (utf8, b"From:\0 x", Some("From: ")),
        (utf8, b"x\0\xff", None),
        (utf8, b"x\xff\0x y", Some("x? ")),
        (utf8, b"x\xc3\0\xa9", Some("x? ")),
        (utf8, b"\0\xff", None),
        (utf8, b"  \0GET /", None),
        (utf8, b"NOOP\0\xff", None),
    ] {
        let mut client = Dialogue::watched(policy, &[Test::NonSmtpCommand]);
        let heard = client.hears([line, b"\r\n"].concat());
        let line = expected
            .map(|text| format!("log NON-SMTP COMMAND from [192.0.2.10]:48543 after CONNECT: {text}"));
        let log = heard.iter().find(|heard| heard.starts_with("log"));
        assert_eq!(log, line.as_ref(), "{policy}");
    }
}

#[test]
fn bytes_behind_bdat_belong_to_it() {
    let heard = Dialogue::watched("{}", &DEEP).hears("BDAT 4\r\nxxxx");
    assert!(!heard.iter().any(|line| line.contains("PIPELINING")), "{heard:?}");
}

#[test]
fn only_bytes_of_the_same_read_are_pipelined() {
    let mut client = Dialogue::watched("{}", &[Test::Pipelining]);
    assert_eq!(client.hears("NOOP"), [""; 0]);
    assert_eq!(client.hears("\r\n"), ["say 250 2.0.0 Ok"]);
    // The end of the first command is the last byte but one, the last one, and the first one of the next read.
    for (length, reported) in [(READ_MAX - 1, true), (READ_MAX, false), (READ_MAX + 1, true)] {
        let mut client = Dialogue::watched(r#"{"line_length_limit": 5000}"#, &[Test::Pipelining]);
        let heard = client.hears(format!("NOOP {}\r\nRSET\r\n", "x".repeat(length - 7)));
        assert_eq!(heard.iter().any(|line| line.starts_with("log")), reported, "{length}");
    }
}

#[test]
fn log_lines_show_a_hundred_bytes_of_each_part() {
    let mut client = Dialogue::watched("{}", &[Test::NonSmtpCommand]);
    let line = format!("{}: {}\r\n", "a".repeat(101), "\u{1}".repeat(101));
    let heard = client.hears(format!("{}:{line}", "b".repeat(10)));
    let expected = format!("after CONNECT: {}:{} {}", "b".repeat(10), "a".repeat(89), r"\001".repeat(100));
    assert!(heard[0].ends_with(&expected), "{}", heard[0]);
}

#[test]
fn after_a_drop_nothing_is_said_any_more() {
    let policy = r#"{"bare_newline_action": "drop", "pipelining_action": "drop"}"#;
    let mut client = Dialogue::watched(policy, &DEEP);
    let events = client.0.receive(b"GET /\nNOOP\n", 0);
    assert_eq!(events.last(), Some(&DialogueEvent::End(DialogueEnd::Dropped(Test::BareNewline))));
    assert_eq!(events.iter().filter(|event| matches!(event, DialogueEvent::Say(_))).count(), 1);
    assert_eq!(client.0.time_out(0), []);
}
