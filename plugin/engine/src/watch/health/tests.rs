use super::*;
use Finding::{Blank, Errors, Silence, Well, World};

/// After so many checks that all found this.
fn after(findings: &[Finding]) -> Health {
    findings.iter().fold(Health::default(), |health, &finding| health.after(finding))
}

#[test]
fn what_is_found_mutes_a_list_or_does_not() {
    for (findings, muted) in [
        (&[][..], false),
        (&[Well], false),
        (&[Blank], false),
        (&[World], true),
        (&[Errors], false),
        (&[Errors, Errors], true),
        (&[Silence, Silence], true),
        (&[Silence, Errors], true),
        (&[Errors, Well, Errors], false),
        (&[World, Well], false),
        (&[World, Silence], true),
        (&[World, Blank], false),
    ] {
        assert_eq!(after(findings).is_muted(), muted, "{findings:?}");
    }
}

#[test]
fn pauses_double_up_to_a_limit() {
    for (finding, pauses) in [
        (World, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]),
        (Errors, [60, 120, 240, 240, 240, 240, 240, 240]),
        (Silence, [60, 120, 240, 240, 240, 240, 240, 240]),
    ] {
        let mut health = Health::default();
        for (number, pause) in pauses.into_iter().enumerate() {
            health = health.after(finding);
            assert_eq!(health.pause(), Some(pause), "{finding:?}, check {number}");
        }
        for _ in 0..300 {
            health = health.after(finding);
        }
        assert_eq!(health.pause(), Some(pauses[7]), "for ever");
    }
    assert_eq!((after(&[World, Well]).pause(), after(&[Blank]).pause()), (None, None));
}

#[test]
fn every_finding_has_a_number() {
    for finding in Finding::ALL {
        assert_eq!(Finding::from_number(finding.number()), finding);
    }
    assert_eq!(Finding::from_number(5), Well, "what is not known harms nobody");
}
