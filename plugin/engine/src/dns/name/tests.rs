use super::*;
use proptest::prelude::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[test]
fn a_name_is_labels_in_lower_case() {
    for (text, expected) in [
        ("Example.ORG", "example.org"),
        ("example.org.", "example.org"),
        ("_spf.example.org", "_spf.example.org"),
        ("org", "org"),
        ("a+b=c.%.test", "a+b=c.%.test"),
        ("a\\b.test", "a\\\\b.test"),
        ("a b.test", "a\\ b.test"),
    ] {
        assert_eq!(name(text).to_string(), expected, "{text}");
    }
    let labels = name("Mail.Example.org");
    assert_eq!(labels.labels().collect::<Vec<_>>(), [&b"mail"[..], b"example", b"org"]);
}

#[test]
fn what_is_no_name_is_told_from_one() {
    for (text, reason) in [
        ("", "empty label"),
        (".", "empty label"),
        (".example.org", "empty label"),
        ("example..org", "empty label"),
        ("example.org..", "empty label"),
        ("exa\tmple.org", "\"\\t\" in a name"),
        ("exa\nmple.org", "\"\\n\" in a name"),
        ("exämple.org", "\"\\u{e4}\" in a name"),
    ] {
        assert_eq!(text.parse::<Name>().unwrap_err().to_string(), reason, "{text:?}");
    }
}

#[test]
fn lengths_hold_at_their_limit_and_break_above() {
    let label = |length: usize| format!("{}.test", "x".repeat(length)).parse::<Name>();
    assert!(label(LABEL_MAX - 1).is_ok());
    assert!(label(LABEL_MAX).is_ok());
    assert_eq!(label(LABEL_MAX + 1), Err(NameError::LongLabel));
    assert_eq!(label(300), Err(NameError::TooLong));

    let whole = |length: usize| {
        let start = format!("{0}.{0}.{0}.", "x".repeat(60));
        let text = format!("{start}{}", "y".repeat(length - start.len() - 9)) + ".and.rest";
        assert_eq!(text.len(), length);
        [text.parse::<Name>(), (text + ".").parse()]
    };
    for length in [NAME_MAX - 1, NAME_MAX] {
        assert!(whole(length).iter().all(Result::is_ok), "{length}");
    }
    assert_eq!(whole(NAME_MAX + 1), [Err(NameError::TooLong), Err(NameError::TooLong)]);
}

#[test]
fn a_name_is_within_itself_and_those_above_it() {
    let host = name("mail.example.org");
    for (domain, expected) in [
        ("mail.example.org", true),
        ("EXAMPLE.org", true),
        ("org", true),
        ("ample.org", false),
        ("a.mail.example.org", false),
        ("example.test", false),
    ] {
        assert_eq!(host.is_within(&name(domain)), expected, "{domain}");
    }
}

#[test]
fn names_of_addresses_are_reversed() {
    let of = |address: &str| Name::of_address(address.parse().unwrap()).to_string();
    assert_eq!(of("192.0.2.24"), "24.2.0.192.in-addr.arpa");
    let zeros = "0.".repeat(23);
    assert_eq!(of("2001:db8::1"), format!("1.{zeros}8.b.d.0.1.0.0.2.ip6.arpa"));
}

proptest! {
    #[test]
    fn a_written_name_is_read_again(text in "([a-z0-9_=+-]{1,63}\\.){1,3}[a-z]{1,20}") {
        prop_assert_eq!(name(&text).to_string(), text);
    }

    #[test]
    fn a_name_that_is_shown_is_printable(text in "\\PC{0,300}") {
        match text.parse::<Name>() {
            Ok(name) => prop_assert!(name.to_string().bytes().all(|byte| (b' '..=b'~').contains(&byte))),
            Err(error) => prop_assert!(error.to_string().bytes().all(|byte| (b' '..=b'~').contains(&byte))),
        }
    }
}
