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
        blocked_using(client, &name, None),
        blocked_using_rcpt(client, &name, None),
        blocked_using(client, &name, Some(&name.repeat(9))),
        blocked_using_rcpt(client, &name, Some(&name.repeat(9))),
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

fn value(name: &str) -> Option<String> {
    (name == "name").then(|| "VALUE".to_owned())
}

#[test]
fn lines_have_the_codes_of_the_reply() {
    for (reply, template, expected) in [
        ("450 4.3.2 No\r\n", "more", "450-4.3.2 No\r\n450 4.3.2 more\r\n"),
        ("450 No\r\n", "more", "450-No\r\n450 more\r\n"),
        ("450 4.3 No\r\n", "more", "450-4.3 No\r\n450 more\r\n"),
        ("450 4.3.2222 No\r\n", "more", "450-4.3.2222 No\r\n450 more\r\n"),
        ("450 3.3.2 No\r\n", "more", "450-3.3.2 No\r\n450 more\r\n"),
        ("450 4.3.2 No\r\n", r"\c, more", "450 4.3.2 No, more\r\n"),
        ("450 4.3.2 No\r\n", r"\c.\none\ntwo", "450-4.3.2 No.\r\n450-4.3.2 one\r\n450 4.3.2 two\r\n"),
        ("450 No\r\n", r"one\n\ctwo", "450-No\r\n450-one\r\n450 \\ctwo\r\n"),
        ("450 No\r\n", r"one\n", "450-No\r\n450-one\r\n450 \r\n"),
        ("450 No\r\n", "$name", "450-No\r\n450 VALUE\r\n"),
    ] {
        assert_eq!(append(reply, template, value).as_deref(), Some(expected), "{template}");
    }
    assert_eq!(append("450 No\r\n", "$other", value), None);
}

#[test]
fn macros_are_replaced() {
    for (template, expected) in [
        ("a $name.", Some("a VALUE.")),
        ("${name}s $(name)s", Some("VALUEs VALUEs")),
        ("$$name $$", Some("$name $")),
        ("$names", None),
        ("$", None),
        ("$ name", None),
        ("${name", None),
        ("${}", None),
        ("${name?x}", None),
    ] {
        assert_eq!(expand(template, value).as_deref(), expected, "{template}");
    }
}

#[test]
fn a_bad_template_is_refused_in_the_configuration() {
    for (template, good) in [
        ("", true),
        (r"\\c. $client_address ${client_port} $(localtime) $server_name $$", true),
        ("$myhostname", false),
        (r"${client_\\naddress}", false),
    ] {
        let policy = format!(r#"{{"reject_footer": "{template}"}}"#);
        let parsed = Policy::parse(policy.as_bytes());
        assert_eq!(parsed.is_ok(), good, "{template}");
        if let Err(error) = parsed {
            assert!(error.to_string().contains("expected $client_address, $client_port"), "{error}");
        }
    }
}

#[test]
fn dates_are_those_of_the_calendar() {
    for (unix, expected) in [
        (0, "Jan 01 00:00:00"),
        (951_782_399, "Feb 28 23:59:59"),
        (951_782_400, "Feb 29 00:00:00"),
        (951_868_800, "Mar 01 00:00:00"),
        (1_700_000_000, "Nov 14 22:13:20"),
        (1_735_689_599, "Dec 31 23:59:59"),
        (4_107_542_399, "Feb 28 23:59:59"),
        (4_107_542_400, "Mar 01 00:00:00"),
    ] {
        assert_eq!(date(unix), expected, "{unix}");
    }
    assert_eq!(date(u64::MAX).len(), "Jan 01 00:00:00".len());
}

#[test]
fn days_follow_each_other_for_400_years() {
    let days_of_month = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut days = 0;
    for year in 1970..2370 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (month, length) in days_of_month.into_iter().enumerate() {
            for day in 1..=length + u64::from(month == 1 && leap) {
                assert_eq!(month_and_day(days), (month, day), "{year}");
                days += 1;
            }
        }
    }
}
