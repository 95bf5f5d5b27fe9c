//! Limits at their value and above it, and what would never end without them.

use super::*;
use std::fmt::Write;

#[test]
fn ten_terms_may_ask() {
    let zone = "a.test A 192.0.2.1\na.test MX m.test\nm.test A 192.0.2.1
                9.113.0.203.in-addr.arpa PTR x.test\nb.test TXT v=spf1\nb.test A 127.0.0.1";
    for term in ["a", "mx", "ptr", "include:b.test"] {
        let world =
            |count: usize| format!("a.test TXT v=spf1 {} all\n{zone}", format!("{term} ").repeat(count));
        assert_eq!(result(&world(TERMS_MAX - 1)), Pass, "{term}");
        assert_eq!(result(&world(TERMS_MAX)), Pass, "{term}");
        assert_eq!(result(&world(TERMS_MAX + 1)), PermError, "{term}");
    }
    let before = |count: usize| format!("a.test TXT v=spf1 {} exists:b.test\n{zone}", "a ".repeat(count));
    assert_eq!(result(&before(TERMS_MAX - 1)), Pass);
    assert_eq!(result(&before(TERMS_MAX)), PermError);
}

#[test]
fn terms_that_do_not_ask_may_be_many() {
    let terms = "ip4:192.0.2.1 ip6:2001:db8::1 x=y ".repeat(50);
    assert_eq!(result(&format!("a.test TXT v=spf1 {terms} exp=why.test all")), Pass);
}

#[test]
fn a_redirect_counts_when_it_is_followed() {
    let world = |count: usize, end: &str| {
        let terms = "a ".repeat(count);
        format!("a.test TXT v=spf1 {terms} {end} redirect=b.test\na.test A 192.0.2.1\nb.test TXT v=spf1 all")
    };
    assert_eq!(result(&world(TERMS_MAX - 1, "")), Pass);
    assert_eq!(result(&world(TERMS_MAX, "")), PermError);
    assert_eq!(result(&world(TERMS_MAX, "-all")), Fail);
    let (_, path) = told(&world(TERMS_MAX, ""));
    assert_eq!(path, "a.test: redirect=b.test: more than 10 terms ask DNS");
}

#[test]
fn terms_count_over_all_records() {
    // Three more terms in each of as many records.
    let world = |records: usize, last: usize| {
        let mut world = String::from("a.test A 192.0.2.1\na.test TXT v=spf1");
        for index in 0..records {
            _ = write!(world, " include:r{index}.test");
        }
        world.push_str(" all\n");
        for index in 0..records {
            let count = if index + 1 == records { last } else { 3 };
            _ = writeln!(world, "r{index}.test TXT v=spf1 {}", "a:a.test ".repeat(count));
        }
        world
    };
    assert_eq!(result(&world(3, 0)), Pass, "9 terms");
    assert_eq!(result(&world(3, 1)), Pass, "10 terms");
    assert_eq!(result(&world(3, 2)), PermError, "11 terms");
}

#[test]
fn two_questions_may_lead_to_nothing() {
    let world = |term: &str, count: usize| {
        format!("a.test TXT v=spf1 {} all\ny.test MX y1.test y2.test", format!("{term} ").repeat(count))
    };
    for term in ["a:x.test", "mx:x.test", "exists:x.test", "ptr"] {
        assert_eq!(result(&world(term, VOID_MAX - 1)), Pass, "{term}");
        assert_eq!(result(&world(term, VOID_MAX)), Pass, "{term}");
        assert_eq!(result(&world(term, VOID_MAX + 1)), PermError, "{term}");
    }
    assert_eq!(result(&world("mx:y.test", 1)), Pass, "each server counts");
    assert_eq!(result(&world("mx:y.test", 2)), PermError);
    let (_, path) = told(&world("a:x.test", VOID_MAX + 1));
    assert_eq!(path, "a.test: a:x.test: more than 2 questions led to nothing");
}

#[test]
fn a_domain_may_have_ten_mail_servers() {
    let world = |count: usize| {
        let mut world = String::from("a.test TXT v=spf1 mx -all\na.test MX");
        for index in 0..count {
            _ = write!(world, " m{index}.test");
        }
        for index in 0..count {
            _ = write!(world, "\nm{index}.test A 192.0.2.{index} 203.0.113.9");
        }
        world
    };
    assert_eq!(result(&world(MX_MAX - 1)), Pass);
    assert_eq!(result(&world(MX_MAX)), Pass);
    assert_eq!(result(&world(MX_MAX + 1)), PermError);
    assert_eq!(told(&world(60)).1, "a.test: mx: more than 10 mail servers");
}

#[test]
fn ten_names_of_a_client_are_looked_at() {
    let world = |before: usize| {
        let mut world = String::from("a.test TXT v=spf1 ptr -all\nmail.a.test A 203.0.113.9\n");
        world.push_str("9.113.0.203.in-addr.arpa PTR");
        for index in 0..before {
            _ = write!(world, " p{index}.a.test");
        }
        world + " mail.a.test"
    };
    assert_eq!(result(&world(PTR_MAX - 2)), Pass);
    assert_eq!(result(&world(PTR_MAX - 1)), Pass);
    assert_eq!(result(&world(PTR_MAX)), Fail, "the rest is not there");
}

#[test]
fn loops_end() {
    for world in [
        "a.test TXT v=spf1 include:a.test all",
        "a.test TXT v=spf1 redirect=a.test",
        "a.test TXT v=spf1 include:b.test all\nb.test TXT v=spf1 redirect=a.test",
        "a.test TXT v=spf1 include:b.test\nb.test TXT v=spf1 include:c.test\nc.test TXT v=spf1 include:a.test",
    ] {
        let (result, path) = told(world);
        assert_eq!(result, PermError);
        assert!(path.ends_with("more than 10 terms ask DNS"), "{path}");
    }
    assert_eq!(result("a.test TXT v=spf1 ip4:203.0.113.9 include:a.test"), Pass, "decided before");
}

#[test]
fn a_tree_of_includes_costs_as_many_questions_as_terms() {
    let mut world = String::new();
    let includes = |above: &str| {
        let each = (0..10).map(|index| format!(" include:{above}{index}.test"));
        each.collect::<String>()
    };
    _ = writeln!(world, "a.test TXT v=spf1{}", includes("r"));
    for first in 0..10 {
        _ = writeln!(world, "r{first}.test TXT v=spf1{}", includes(&format!("r{first}")));
        for second in 0..10 {
            _ = writeln!(world, "r{first}{second}.test TXT v=spf1 mx:r{first}{second}.test");
        }
    }
    let world = World::parse(&world);
    let domain = "a.test".parse().unwrap();
    let (outcome, asked) = world.outcome_in_order(CLIENT.parse().unwrap(), &domain, std::mem::take);
    assert_eq!(outcome.result, PermError);
    assert!(asked <= 40, "{asked}");
}

#[test]
fn what_can_be_asked_at_once_is() {
    struct Nothing(std::collections::BTreeMap<Question, Found>);
    impl Known for Nothing {
        fn get(&self, question: &Question) -> Option<&Found> {
            self.0.get(question)
        }
    }
    let text = "v=spf1 a include:b.test a mx:c.test exists:%{i}.d.test ip4:203.0.113.9 a:never.test";
    let answer =
        crate::dns::Answer { records: vec![crate::dns::Record::Txt(text.into())], exists: true, ttl: 300 };
    let domain: Name = "a.test".parse().unwrap();
    let first = Question { name: domain.clone(), kind: Kind::Txt };
    let known = Nothing([(first, Found::answered(Kind::Txt, &answer))].into());
    let Progress::Needs(questions) = check(CLIENT.parse().unwrap(), &domain, &known) else { panic!() };
    let questions: Vec<_> = questions.iter().map(ToString::to_string).collect();
    let expected = ["a.test A", "b.test TXT", "c.test MX", "203.0.113.9.d.test A"];
    assert_eq!(questions, expected, "each once, and none behind a certain match");
}
