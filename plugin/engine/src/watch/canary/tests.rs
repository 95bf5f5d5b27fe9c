use super::*;
use crate::watch::Health;
use Finding::{Blank, Errors, Silence, Well, World};

const YES: Said = Said::Listed;
const ODD: Said = Said::Unlisted { at_all: false };
const NO: Said = Said::Unlisted { at_all: true };
const BAD: Said = Said::Error(BadAnswer::Truncated);

#[test]
fn two_answers_make_a_finding() {
    for (must_be, must_not_be, found) in [
        (YES, NO, Some(Well)),
        (YES, Said::Silence, Some(Well)),
        (YES, BAD, Some(Well)),
        (ODD, NO, Some(Well)),
        (NO, NO, Some(Blank)),
        (NO, ODD, Some(Blank)),
        (YES, YES, Some(World)),
        (NO, YES, Some(World)),
        (BAD, YES, Some(World)),
        (Said::Silence, YES, Some(World)),
        (BAD, BAD, Some(Errors)),
        (BAD, NO, Some(Errors)),
        (BAD, Said::Silence, Some(Errors)),
        (Said::Silence, Said::Silence, Some(Silence)),
        // One answer may have got lost.
        (Said::Silence, NO, None),
        (NO, Said::Silence, None),
        (NO, BAD, None),
        // That is not the list's fault.
        (Said::NotAsked, Said::NotAsked, None),
        (Said::NotAsked, NO, None),
    ] {
        assert_eq!(finding(must_be, must_not_be), found, "{must_be:?} {must_not_be:?}");
    }
}

#[test]
fn the_four_canaries_are_those_of_the_rfc() {
    let policy = Policy::parse(br#"{"dnsbl_sites": ["bl.test"]}"#).unwrap();
    let name = |canary: Canary| {
        let message = canary.question(&policy.zones()[0]).unwrap();
        let message = domain::base::Message::from_octets(message).unwrap();
        message.sole_question().unwrap().qname().to_string()
    };
    let v6 = |last: char| format!("{last}.0.0.0.0.0.f.7.f.f.f.f.{}bl.test", "0.".repeat(20));
    assert_eq!(
        Canary::all(1).map(name),
        ["2.0.0.127.bl.test".to_owned(), "1.0.0.127.bl.test".to_owned(), v6('2'), v6('1')]
    );
}

fn line(family: Family, before: &[Finding], after: &[Finding]) -> Option<String> {
    let health =
        |findings: &[Finding]| findings.iter().fold(Health::default(), |health, &found| health.after(found));
    let error = Some(BadAnswer::ErrorAddress([127, 255, 255, 254].into()));
    let conclusion = Conclusion { v4: None, v6: None, error_v4: error, error_v6: None };
    conclusion.line("bl.test", Change { family, before: health(before), after: health(after) })
}

#[test]
fn the_log_has_a_line_for_each_change_that_matters() {
    let (v4, v6) = (Family::V4, Family::V6);
    for (family, before, after, expected) in [
        (
            v4,
            &[][..],
            &[World][..],
            "warning: list bl.test lists 127.0.0.1, and so everybody; muted: what it says counts for nothing until it \
             is well again",
        ),
        (
            v6,
            &[],
            &[World],
            "warning: list bl.test lists ::ffff:127.0.0.1, and so everybody; muted: what it says about IPv6 clients \
             counts for nothing until it is well again",
        ),
        (
            v4,
            &[Errors],
            &[Errors, Errors],
            "warning: list bl.test answers questions with errors (127.255.255.254 is an error code, not a listing); \
             muted: what it says counts for nothing until it is well again",
        ),
        (
            v4,
            &[Silence],
            &[Silence, Silence],
            "warning: list bl.test does not answer questions; muted: what it says counts for nothing until it is well \
             again",
        ),
        (v4, &[World, World], &[Well], "list bl.test is well again: what it says counts"),
        (v6, &[World], &[Well], "list bl.test is well again: what it says about IPv6 clients counts"),
        (
            v4,
            &[],
            &[Blank],
            "warning: list bl.test does not list 127.0.0.2, as every list should (RFC 5782, section 5): does it still \
             exist? What it says counts as before",
        ),
    ] {
        assert_eq!(line(family, before, after).as_deref(), Some(expected));
    }
    for (before, after) in [
        (&[][..], &[Well][..]),
        (&[], &[Errors]),
        (&[World], &[World, World]),
        (&[Blank], &[Blank]),
        (&[Blank], &[Well]),
        (&[World], &[World, Silence]),
    ] {
        assert_eq!(line(v4, before, after), None, "{before:?} to {after:?}");
    }
}
