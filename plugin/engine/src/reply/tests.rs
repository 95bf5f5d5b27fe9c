use super::*;
use crate::policy::Policy;

fn finished(policy: &str, text: &str) -> String {
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let reply = policy.reply_style().finish("[2001:db8::1]:7".parse().unwrap(), text, 1_700_000_000);
    String::from_utf8(reply).unwrap()
}

#[test]
fn soft_bounce_softens_both_codes() {
    let soft = r#"{"soft_bounce": true}"#;
    for (text, expected) in [
        (PROTOCOL_ERROR, "421 4.5.1 Protocol error\r\n"),
        (DENYLISTED_RCPT, "450 4.3.2 Service currently unavailable\r\n"),
        (COME_AGAIN, COME_AGAIN),
        ("501 Syntax: HELO hostname\r\n", "401 Syntax: HELO hostname\r\n"),
        ("250 2.0.0 Ok\r\n", "250 2.0.0 Ok\r\n"),
        ("220 5mail.example ESMTP\r\n", "220 4mail.example ESMTP\r\n"),
    ] {
        assert_eq!(finished(soft, text), expected);
        assert_eq!(finished("{}", text), text);
    }
}

#[test]
fn the_footer_has_the_softened_codes() {
    let policy = r#"{"soft_bounce": true, "reject_footer": "see $server_name"}"#;
    assert_eq!(finished(policy, PROTOCOL_ERROR), "421-4.5.1 Protocol error\r\n421 4.5.1 see localhost\r\n");
    assert_eq!(finished(policy, "221 2.0.0 Bye\r\n"), "221 2.0.0 Bye\r\n");
}

#[test]
fn a_footer_that_does_not_fit_is_left_out() {
    let reply = |address: usize| {
        let template = "$server_name".repeat(16);
        let name = ["a"; 3].map(|label| label.repeat(60)).join(".");
        let policy = format!(r#"{{"myhostname": "{name}", "reject_footer": "\\c{template}"}}"#);
        finished(&policy, &format!("450 {}\r\n", "x".repeat(address)))
    };
    let footer = reply(1).len() - 7;
    for (length, fits) in [(REPLY_MAX - 1, true), (REPLY_MAX, true), (REPLY_MAX + 1, false)] {
        let text = length - footer - 6;
        assert_eq!(reply(text).len(), if fits { length } else { text + 6 });
    }
}

#[test]
fn every_reply_ends_with_cr_lf_and_is_short() {
    let name = "x".repeat(255);
    let client = "2001:db8:1111:2222:3333:4444:5555:6666".parse().unwrap();
    let made = [
        blocked_using(client, &name),
        blocked_using_rcpt(client, &name),
        over_limit(&name),
        timed_out(&name),
    ];
    let fixed = [
        PROTOCOL_ERROR,
        PROTOCOL_ERROR_RCPT,
        DENYLISTED,
        DENYLISTED_RCPT,
        NO_SMTP,
        COME_AGAIN,
        TOO_MANY_CONNECTIONS,
        SERVERS_BUSY,
        SCREENING_BUSY,
        NO_RESOURCES,
    ];
    for text in made.iter().map(String::as_str).chain(fixed) {
        assert!(text.ends_with("\r\n") && text.lines().count() == 1 && text.len() <= 512, "{text}");
    }
}
