use super::*;
use crate::policy::Policy;

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
