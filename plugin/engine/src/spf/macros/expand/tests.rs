use super::*;
use crate::dns::LABEL_MAX;
use proptest::prelude::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// The domain of a term in a record of `email.example.test`, in an evaluation that began at `a-b.example.test`.
fn expanded(text: &str, client: &str) -> Result<String, NameError> {
    let domain = DomainSpec::parse(text).unwrap();
    let macros = Macros {
        client: client.parse().unwrap(),
        sender_domain: &name("a-b.example.test"),
        domain: &name("email.example.test"),
    };
    domain.expand(&macros).map(|name| name.to_text())
}

#[test]
fn macros_stand_for_the_client_and_the_domains() {
    for (text, expected) in [
        ("plain.Example.test", "plain.example.test"),
        ("plain.example.test.", "plain.example.test"),
        ("%{s}", "postmaster@a-b.example.test"),
        ("%{l}.test", "postmaster.test"),
        ("%{o}", "a-b.example.test"),
        ("%{h}", "a-b.example.test"),
        ("%{d}", "email.example.test"),
        ("%{D}", "email.example.test"),
        ("%{i}.x.test", "192.0.2.3.x.test"),
        ("%{p}.x.test", "unknown.x.test"),
        ("%{v}.x.test", "in-addr.x.test"),
        ("%{d}.x.%{v}", "email.example.test.x.in-addr"),
        ("a%%b.test", "a%b.test"),
        ("a%-b.test", "a%20b.test"),
        ("a%_b.test", "a b.test"),
    ] {
        assert_eq!(expanded(text, "192.0.2.3"), Ok(expected.to_owned()), "{text}");
    }
    for (text, expected) in [
        ("%{v}.x.test", "ip6.x.test"),
        ("%{i}.x.test", "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.x.test"),
        ("%{ir}.%{v}.arpa", "b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
    ] {
        assert_eq!(expanded(text, "2001:db8::cb"), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn transformers_reverse_and_cut_in_this_order() {
    for (text, expected) in [
        ("%{d4}", "email.example.test"),
        ("%{d3}", "email.example.test"),
        ("%{d2}", "example.test"),
        ("%{d1}.x", "test.x"),
        ("%{dr}", "test.example.email"),
        ("%{d2r}", "example.email"),
        ("%{dR}", "test.example.email"),
        ("%{d99999999999999999999999}", "email.example.test"),
        ("%{ir}.x", "3.2.0.192.x"),
        ("%{i1}.x", "3.x"),
        ("%{o-}", "a.b.example.test"),
        ("%{o.-}", "a.b.example.test"),
        ("%{o1-}", "b.example.test"),
        ("%{or-}", "b.example.test.a"),
        ("%{o2.-}", "example.test"),
        ("%{ir+,/_=}.x", "192.0.2.3.x"),
    ] {
        assert_eq!(expanded(text, "192.0.2.3"), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn an_upper_case_letter_escapes_as_in_urls() {
    assert_eq!(expanded("%{S}", "192.0.2.3"), Ok("postmaster%40a-b.example.test".to_owned()));
    assert_eq!(expanded("%{S1}.x", "192.0.2.3"), Ok("test.x".to_owned()));
}

#[test]
fn a_name_that_cannot_be_is_an_error() {
    for (text, expected) in [("a..test", NameError::EmptyLabel), (".test", NameError::EmptyLabel)] {
        assert_eq!(expanded(text, "192.0.2.3"), Err(expected), "{text}");
    }
    let label = |length: usize| expanded(&format!("{}.test", "x".repeat(length)), "192.0.2.3");
    assert!(label(LABEL_MAX - 1).is_ok());
    assert!(label(LABEL_MAX).is_ok());
    assert_eq!(label(LABEL_MAX + 1), Err(NameError::LongLabel));
}

#[test]
fn what_is_too_long_loses_labels_at_its_beginning() {
    let long = |length: usize, end: &str| {
        let labels = "abcdefghi.".repeat(length / 10 + 1);
        let text = labels.get(..length - 5).unwrap().to_owned() + ".test";
        assert_eq!(text.len(), length);
        expanded(&(text + end), "192.0.2.3").unwrap().len()
    };
    assert_eq!(long(NAME_MAX - 1, ""), NAME_MAX - 1);
    assert_eq!(long(NAME_MAX, ""), NAME_MAX);
    assert_eq!(long(NAME_MAX, "."), NAME_MAX);
    assert_eq!(long(NAME_MAX + 1, ""), NAME_MAX + 1 - 10);
    assert_eq!(long(3_998, ""), 248);
    let endless = format!("{}%{{v}}", "x".repeat(NAME_MAX));
    assert_eq!(expanded(&endless, "192.0.2.3"), Err(NameError::TooLong), "one label, which is too long");
    let many = expanded(&("%{d}.".repeat(800) + "%{d}"), "192.0.2.3").unwrap();
    assert!("email.example.test.".repeat(20).ends_with(&(many.clone() + ".")));
    assert!((NAME_MAX - 6..=NAME_MAX).contains(&many.len()), "not one label less");
}

proptest! {
    #[test]
    fn macro_like_text_is_a_domain_or_none(text in "([%{}ldsoivpr2.-]|%\\{[a-z][0-9]{0,2}r?[.-]{0,2}\\}){0,30}") {
        if DomainSpec::parse(&text).is_ok()
            && let Ok(name) = expanded(&text, "2001:db8::1")
        {
            prop_assert!(name.len() <= NAME_MAX);
        }
    }

    #[test]
    fn cutting_from_the_end_is_cutting_the_whole(
        parts in proptest::collection::vec("%\\{[dsoi]r?\\}\\.?|[a-z]{1,30}\\.", 0..60),
    ) {
        let text = parts.concat() + ".test";
        let macros = Macros {
            client: "192.0.2.3".parse().unwrap(),
            sender_domain: &name("a-b.example.test"),
            domain: &name("email.example.test"),
        };
        let domain = DomainSpec::parse(&text).unwrap();
        let mut whole: String = domain.0.iter().map(|part| part.expand(&macros)).collect();
        while whole.len() > NAME_MAX {
            whole = whole.split_once('.').unwrap().1.to_owned();
        }
        prop_assert_eq!(domain.expand(&macros), whole.parse());
    }
}
