use super::*;
use crate::spf::macros::MacroError;
use RecordErrorKind::{
    Argument, Domain, Length, Network4, Network6, NoArgument, Twice, UnknownMechanism, Unprintable,
};
use proptest::prelude::*;

fn parse(text: &str) -> Result<SpfRecord, RecordError> {
    SpfRecord::parse(text.as_bytes())
}

fn mechanism(term: &str) -> Mechanism {
    let record = parse(&format!("v=spf1 {term}")).unwrap();
    assert_eq!(record.text_of(&record.directives[0]), term);
    record.directives[0].mechanism.clone()
}

fn domain(text: &str) -> DomainSpec {
    DomainSpec::parse(text).unwrap()
}

#[test]
fn a_record_begins_with_its_version() {
    for (text, expected) in [
        ("v=spf1", true),
        ("v=spf1 ", true),
        ("V=SPF1 all", true),
        ("v=spf1 -all", true),
        ("v=spf10", false),
        ("v=spf1.0 -all", false),
        ("v=spf1\t-all", false),
        ("v=spf", false),
        ("", false),
        (" v=spf1", false),
        ("spf2.0/pra -all", false),
    ] {
        assert_eq!(SpfRecord::is_meant(text.as_bytes()), expected, "{text:?}");
    }
}

#[test]
fn each_mechanism_is_read() {
    let all = Lengths { v4: 32, v6: 128 };
    for (term, expected) in [
        ("all", Mechanism::All),
        ("ALL", Mechanism::All),
        ("include:a.test", Mechanism::Include(domain("a.test"))),
        ("exists:%{i}.a.test", Mechanism::Exists(domain("%{i}.a.test"))),
        ("a", Mechanism::A(None, all)),
        ("a:b.test", Mechanism::A(Some(domain("b.test")), all)),
        ("A/24", Mechanism::A(None, Lengths { v4: 24, v6: 128 })),
        ("a//64", Mechanism::A(None, Lengths { v4: 32, v6: 64 })),
        ("a/0//0", Mechanism::A(None, Lengths { v4: 0, v6: 0 })),
        ("a:b.test/24//64", Mechanism::A(Some(domain("b.test")), Lengths { v4: 24, v6: 64 })),
        ("a:b/24.test/25", Mechanism::A(Some(domain("b/24.test")), Lengths { v4: 25, v6: 128 })),
        ("a:b:c.test", Mechanism::A(Some(domain("b:c.test")), all)),
        ("mx", Mechanism::Mx(None, all)),
        ("mx:%{d}/32//128", Mechanism::Mx(Some(domain("%{d}")), all)),
        ("mx:%{d/}/31", Mechanism::Mx(Some(domain("%{d/}")), Lengths { v4: 31, v6: 128 })),
        ("ptr", Mechanism::Ptr(None)),
        ("ptr:a.test", Mechanism::Ptr(Some(domain("a.test")))),
        ("ip4:203.0.113.9", Mechanism::Network("203.0.113.9/32".parse().unwrap())),
        ("ip4:203.0.113.9/0", Mechanism::Network("203.0.113.9/0".parse().unwrap())),
        ("IP4:203.0.113.0/24", Mechanism::Network("203.0.113.0/24".parse().unwrap())),
        ("ip6:2001:db8::", Mechanism::Network("2001:db8::/128".parse().unwrap())),
        ("ip6:2001:DB8::1/32", Mechanism::Network("2001:db8::1/32".parse().unwrap())),
        ("ip6:::ffff:203.0.113.9/128", Mechanism::Network("::ffff:203.0.113.9/128".parse().unwrap())),
    ] {
        assert_eq!(mechanism(term), expected, "{term}");
    }
}

#[test]
fn a_sign_says_what_a_match_means() {
    use Qualifier::{Fail, Neutral, Pass, SoftFail};
    let record = parse("v=spf1 a +a -a ~a ?a").unwrap();
    let qualifiers: Vec<_> = record.directives().iter().map(|directive| directive.qualifier).collect();
    assert_eq!(qualifiers, [Pass, Pass, Fail, SoftFail, Neutral]);
    assert_eq!(record.text_of(&record.directives()[2]), "-a");
}

#[test]
fn modifiers_stand_anywhere_and_other_ones_mean_nothing() {
    let record =
        parse("v=spf1 Redirect=%{d2} unknown=%{c}x other.one-2_3= other.one-2_3= EXP=why.a.test mx").unwrap();
    assert_eq!(record.directives().len(), 1);
    assert_eq!(record.redirect().unwrap().domain, domain("%{d2}"));
    assert_eq!(record.text_of_redirect(), "Redirect=%{d2}");
    assert_eq!(parse("v=spf1").unwrap().redirect(), None);
    assert_eq!(parse("v=spf1").unwrap().text_of_redirect(), "");
}

#[test]
fn blanks_more_change_nothing() {
    let record = parse("v=spf1   a  mx   ").unwrap();
    let texts: Vec<_> = record.directives().iter().map(|directive| record.text_of(directive)).collect();
    assert_eq!(texts, ["a", "mx"]);
}

#[test]
fn a_mistake_names_its_term() {
    for (term, kind) in [
        ("foo", UnknownMechanism),
        ("foo:a.test", UnknownMechanism),
        ("-", UnknownMechanism),
        ("--all", UnknownMechanism),
        ("*all", UnknownMechanism),
        ("all.", UnknownMechanism),
        ("=a", UnknownMechanism),
        ("1a=b", UnknownMechanism),
        ("-redirect=a.test", UnknownMechanism),
        ("ip:203.0.113.9", UnknownMechanism),
        ("203.0.113.9", UnknownMechanism),
        ("all:", Argument),
        ("all/8", Argument),
        ("-all:a.test", Argument),
        ("include", NoArgument),
        ("include:", NoArgument),
        ("include/24", NoArgument),
        ("exists", NoArgument),
        ("a:", NoArgument),
        ("a:/24", NoArgument),
        ("mx:", NoArgument),
        ("ptr:", NoArgument),
        ("ptr/24", NoArgument),
        ("ip4", NoArgument),
        ("ip4/24", NoArgument),
        ("ip6:", NoArgument),
        ("ip4:203.0.113", Network4),
        ("ip4:203.0.113.256", Network4),
        ("ip4:203.0.113.09", Network4),
        ("ip4:203.0.113.9:25", Network4),
        ("ip4:2001:db8::1", Network4),
        ("ip4:a.test", Network4),
        ("ip6:203.0.113.9", Network6),
        ("ip6:2001:db8::g", Network6),
        ("ip6:2001:db8", Network6),
        ("ip6:fe80::1%eth0", Network6),
        ("ip4:203.0.113.9/", Length),
        ("ip4:203.0.113.9/33", Length),
        ("ip4:203.0.113.9/024", Length),
        ("ip4:203.0.113.9/+8", Length),
        ("ip4:203.0.113.9//32", Length),
        ("ip4:203.0.113.9/24/24", Length),
        ("ip6:2001:db8::/129", Length),
        ("a/33", Length),
        ("a/00", Length),
        ("a//129", Length),
        ("a/24//0128", Length),
        ("mx/99999999999999999999", Length),
        ("a/", NoArgument),
        ("a//", NoArgument),
        ("a///64", NoArgument),
        ("a:b.test/", Domain(MacroError::NoTopLevel)),
        ("a:b.test/x", Domain(MacroError::NoTopLevel)),
        ("include:b.test/24", Domain(MacroError::NoTopLevel)),
        ("exists:b.test//64", Domain(MacroError::NoTopLevel)),
        ("a:203.0.113.9", Domain(MacroError::NoTopLevel)),
        ("include:localhost", Domain(MacroError::NoTopLevel)),
        ("mx:a.test,", Domain(MacroError::NoTopLevel)),
        ("exists:%(i).a.test", Domain(MacroError::Percent)),
        ("exists:%{q}.a.test", Domain(MacroError::BadMacro("q".to_owned()))),
        ("exists:%{c}.a.test", Domain(MacroError::OfExplanation)),
        ("redirect=", Domain(MacroError::NoTopLevel)),
        ("redirect=localhost", Domain(MacroError::NoTopLevel)),
        ("exp=", Domain(MacroError::NoTopLevel)),
        ("x=%", Domain(MacroError::Percent)),
        ("a\tmx", Unprintable),
        ("a:\u{e4}.test", Unprintable),
        ("x=\u{7f}", Unprintable),
    ] {
        // Wherever it stands, even where nobody would come.
        for text in [format!("v=spf1 {term} mx"), format!("v=spf1 a all {term}")] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.kind, kind, "{term}");
            assert_eq!(error.term, crate::line::escape(term.as_bytes()));
        }
    }
}

#[test]
fn redirect_and_exp_may_be_there_once() {
    for (text, term) in [
        ("v=spf1 redirect=a.test redirect=b.test", "redirect=b.test"),
        ("v=spf1 exp=a.test REDIRECT=a.test Exp=a.test", "Exp=a.test"),
    ] {
        assert_eq!(parse(text), Err(RecordError { term: term.to_owned(), kind: Twice }));
    }
}

#[test]
fn a_record_is_read_up_to_its_longest_and_no_longer() {
    let long = |length: usize| {
        let text = format!("v=spf1 {}", "a ".repeat(length));
        SpfRecord::parse(&text.as_bytes()[..length])
    };
    assert!(long(RECORD_MAX - 1).is_ok());
    assert_eq!(long(RECORD_MAX).unwrap().directives().len(), 2_045);
    let error = RecordError { term: String::new(), kind: RecordErrorKind::TooLong };
    assert_eq!(long(RECORD_MAX + 1), Err(error.clone()));
    assert_eq!(long(64_000), Err(error));
}

#[test]
fn the_text_of_a_mistake_is_escaped_and_cut() {
    let error = SpfRecord::parse(b"v=spf1 \x1b[2J\r\n").unwrap_err();
    assert_eq!(error.to_string(), "\\033[2J\\r\\n: not all printable ASCII");
    let error = parse(&format!("v=spf1 {}", "x".repeat(4_000))).unwrap_err();
    assert_eq!(error.term.len(), crate::line::CLIENT_TEXT_MAX);
    assert_eq!(parse("v=spf1 a/33").unwrap_err().to_string(), "a/33: no valid number of bits");
}

#[test]
fn memory_is_told_as_it_is() {
    let small = parse("v=spf1 -all").unwrap().size();
    let large = SpfRecord::parse(&format!("v=spf1 {}", "a ".repeat(2_000)).into_bytes()).unwrap().size();
    assert!(small < 300, "{small}");
    assert!((100_000..250_000).contains(&large), "{large}");
    assert!(parse("v=spf1 a:%{d}.%{d}.a.test").unwrap().size() > parse("v=spf1 a").unwrap().size() + 100);
}

proptest! {
    #[test]
    fn noise_is_a_record_or_none(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        _ = SpfRecord::parse(&[b"v=spf1 ".as_slice(), &text].concat());
    }

    #[test]
    fn what_looks_like_a_record_is_one_or_none(terms in proptest::collection::vec(
        "[+~?-]?(all|a|mx|ptr|include|exists|ip4|redirect|exp|x)[:=/]?([a-z0-9.:%{}/-]|%\\{[ids][0-9]?r?\\}){0,12}",
        0..8,
    )) {
        let text = format!("v=spf1 {}", terms.join(" "));
        if let Ok(record) = parse(&text) {
            let is_modifier = |term: &str| {
                term.find(['=', ':', '/']).is_some_and(|index| term.as_bytes()[index] == b'=')
            };
            let written = record.directives().iter().map(|directive| record.text_of(directive));
            let expected = terms.iter().map(String::as_str).filter(|term| !is_modifier(term));
            prop_assert!(written.eq(expected), "{text}");
        }
    }
}
