//! STARTTLS, of clients that are deferred and of those that are refused.

use super::{DEEP, Dialogue, NOW, Test, reply};
use crate::smtpd::DialogueEvent;

const NOT_NOW: &str = "454 4.7.0 TLS not available due to local problem";
const NOT_IMPLEMENTED: &str = "502 5.5.1 Error: command not implemented";
const SYNTAX: &str = "501 5.5.4 Syntax: STARTTLS";

/// A client that RCPT tells this.
fn client(policy: &str, watch: &[Test], reject: &str) -> Dialogue {
    Dialogue::rejected("192.0.2.10:48543", policy, watch, reject)
}

#[test]
fn who_is_deferred_may_come_again_and_who_is_refused_may_not() {
    let blocked = reply::blocked_using_rcpt([192, 0, 2, 10].into(), "bl.test", Some("454 spam"));
    for (reject, expected) in [
        (reply::COME_AGAIN, NOT_NOW),
        (reply::DENYLISTED_RCPT, NOT_IMPLEMENTED),
        (reply::PROTOCOL_ERROR_RCPT, NOT_IMPLEMENTED),
        (&blocked, NOT_IMPLEMENTED),
    ] {
        for line in ["STARTTLS", "starttls", "StartTLS", "  STARTTLS  ", "STARTTLS\0x"] {
            assert_eq!(client("{}", &[], reject).replies(&[line]), [expected], "{reject} {line:?}");
        }
        for line in ["STARTTLS x", "starttls  x y"] {
            assert_eq!(client("{}", &[], reject).replies(&[line]), [SYNTAX], "{reject} {line:?}");
        }
        let replies = client("{}", &[], reject).replies(&["STARTTLS", "EHLO x", "STARTTLS", "STARTTLS"]);
        let replies = [&replies[0], &replies[2], &replies[3]];
        assert_eq!(replies, [expected; 3], "before EHLO, behind it, and again");
    }
}

#[test]
fn no_field_makes_it_another_reply() {
    for policy in [
        "{}",
        r#"{"discard_ehlo_keywords": ["starttls"]}"#,
        r#"{"discard_ehlo_keyword_address_maps": [{"cidr": "192.0.2.0/24", "keywords": ["starttls"]}]}"#,
        r#"{"helo_required": true}"#,
    ] {
        for lines in [&["STARTTLS"][..], &["EHLO x", "STARTTLS"]] {
            let replies = client(policy, &[], reply::COME_AGAIN).replies(lines);
            assert_eq!(replies.last().unwrap(), NOT_NOW, "{policy}");
        }
    }
}

#[test]
fn soft_bounce_and_footer_change_it_as_they_change_every_reply() {
    for (field, deferred, refused) in [
        (r#""soft_bounce": true"#, NOT_NOW, "402 4.5.1 Error: command not implemented"),
        (
            r#""reject_footer": "Ask us.""#,
            "454-4.7.0 TLS not available due to local problem | 454 4.7.0 Ask us.",
            "502-5.5.1 Error: command not implemented | 502 5.5.1 Ask us.",
        ),
    ] {
        for (reject, expected) in [(reply::COME_AGAIN, deferred), (reply::DENYLISTED_RCPT, refused)] {
            let replies = client(&format!("{{{field}}}"), &[], reject).replies(&["STARTTLS"]);
            assert_eq!(replies, [expected], "{field}");
        }
    }
}

#[test]
fn a_violation_that_counts_makes_it_final() {
    for (name, violation) in
        [("pipelining", "NOOP\r\nNOOP\r\n"), ("non_smtp_command", "GET /\r\n"), ("bare_newline", "NOOP\n")]
    {
        for (action, expected) in [("ignore", NOT_NOW), ("enforce", NOT_IMPLEMENTED)] {
            let mut client = client(&format!(r#"{{"{name}_action": "{action}"}}"#), &DEEP, reply::COME_AGAIN);
            assert_eq!(client.replies(&["STARTTLS"]), [NOT_NOW]);
            client.hears(violation);
            assert_eq!(client.replies(&["STARTTLS"]), [expected], "{name} {action}");
        }
    }
}

#[test]
fn who_sends_on_behind_it_has_violated_pipelining_before_it_is_answered() {
    for (action, outcome, expected) in
        [("ignore", "ignored", NOT_NOW), ("enforce", "failed", NOT_IMPLEMENTED)]
    {
        let policy = format!(r#"{{"pipelining_action": "{action}"}}"#);
        let heard = client(&policy, &DEEP, reply::COME_AGAIN).hears("STARTTLS\r\n\x16\x03\x01");
        let expected = [
            r"log COMMAND PIPELINING from [192.0.2.10]:48543 after STARTTLS: \026\003\001".to_owned(),
            "count postscreen_pipelining_total".to_owned(),
            format!("{outcome} Pipelining"),
            format!("say {expected}"),
        ];
        assert_eq!(heard, expected);
    }
}

#[test]
fn what_comes_together_with_it_stays_unread_until_more_comes() {
    for (reject, expected) in [(reply::COME_AGAIN, NOT_NOW), (reply::DENYLISTED_RCPT, NOT_IMPLEMENTED)] {
        let mut client = client("{}", &[], reject);
        let expected = format!("say {expected}");
        assert_eq!(client.hears("STARTTLS\r\nNOOP\r\nSTARTTLS\r\nRSET\r\n"), [expected.as_str()]);
        assert_eq!(
            client.hears("HELO x\r\n"),
            ["say 250 2.0.0 Ok", &expected, "say 250 2.0.0 Ok", "say 250 localhost"]
        );
        assert_eq!(client.0.receive(b"STARTTLS\r\n", NOW).len(), 1, "and the time limit does not begin anew");
        assert_eq!(client.0.receive(b"NOOP\r\n", NOW).last(), Some(&DialogueEvent::LineDone));
    }
}
