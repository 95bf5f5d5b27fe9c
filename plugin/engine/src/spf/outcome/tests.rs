use super::*;
use crate::dns::Kind;
use crate::line::CLIENT_TEXT_MAX;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[test]
fn a_path_is_one_line() {
    let question = Question { name: name("c.test"), kind: Kind::A };
    let path = vec![
        Step::new(&name("a.test"), "include:b.test", Turn::LeadsOn),
        Step::new(&name("b.test"), "a:c.test", Turn::Ends(Why::NoAnswer(question))),
    ];
    let outcome = Outcome { result: SpfResult::TempError, path, ttl: 0 };
    let expected = "a.test: include:b.test -> b.test: a:c.test: no answer for c.test A";
    assert_eq!(outcome.explanation(), expected);

    let path = vec![Step::new(&name("a.test"), "ip4:203.0.113.0/24", Turn::Matches)];
    let outcome = Outcome { result: SpfResult::Pass, path, ttl: 0 };
    assert_eq!(outcome.explanation(), "a.test: ip4:203.0.113.0/24 matches");
}

#[test]
fn an_ending_without_a_term_is_the_records() {
    for (why, expected) in [
        (Why::NothingMatches, "a.test: nothing matches"),
        (Why::NoRecord(NoRecord::Missing), "a.test: no SPF record"),
        (Why::NoRecord(NoRecord::Several), "a.test: several SPF records"),
        (Why::TopLevel, "a.test: a top-level domain"),
        (Why::NoDomain(NameError::EmptyLabel), "a.test: empty label"),
        (Why::TooManyTerms, "a.test: more than 10 terms ask DNS"),
        (Why::TooManyVoid, "a.test: more than 2 questions led to nothing"),
        (Why::TooManyMx, "a.test: more than 10 mail servers"),
    ] {
        assert_eq!(Step::new(&name("a.test"), "", Turn::Ends(why)).to_string(), expected);
    }
}

#[test]
fn terms_and_paths_are_cut() {
    let step = |length: usize| Step::new(&name("a.test"), &"x".repeat(length), Turn::LeadsOn);
    assert_eq!(step(CLIENT_TEXT_MAX).term.len(), CLIENT_TEXT_MAX);
    assert_eq!(step(CLIENT_TEXT_MAX + 1).term.len(), CLIENT_TEXT_MAX);
    let path = |steps: usize| Outcome { result: SpfResult::Pass, path: vec![step(99); steps], ttl: 0 };
    assert!(path(1).explanation().len() < EXPLANATION_MAX);
    assert_eq!(path(100).explanation().len(), EXPLANATION_MAX);
}
