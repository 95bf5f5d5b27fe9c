use super::*;

#[test]
fn an_effect_is_what_the_rank_becomes() {
    use Rank::{Allowlisted as Good, Blocked as Bad, Unremarkable as Plain};
    for (is, would_be, effect) in [
        (Good, Good, None),
        (Plain, Plain, None),
        (Bad, Bad, None),
        (Plain, Bad, Some(TrialEffect::Blocked)),
        (Good, Bad, Some(TrialEffect::Blocked)),
        (Bad, Plain, Some(TrialEffect::NotBlocked)),
        (Plain, Good, Some(TrialEffect::Allowlisted)),
        (Bad, Good, Some(TrialEffect::Allowlisted)),
        (Good, Plain, Some(TrialEffect::NotAllowlisted)),
    ] {
        assert_eq!(TrialEffect::of(is, would_be), effect, "{is:?}, then {would_be:?}");
    }
}

#[test]
fn each_effect_is_counted_by_itself() {
    use TrialEffect::{Allowlisted, Blocked, NotAllowlisted, NotBlocked};
    for (effect, name) in [
        (Blocked, "postscreen_trial_blocked_total"),
        (NotBlocked, "postscreen_trial_not_blocked_total"),
        (Allowlisted, "postscreen_trial_allowlisted_total"),
        (NotAllowlisted, "postscreen_trial_not_allowlisted_total"),
    ] {
        assert_eq!(effect.counter().name(), name);
    }
}
