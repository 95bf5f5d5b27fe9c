//! What the engine does beyond postscreen: in stories that both play alike it is switched off.

use std::borrow::Cow;

use postscreen_scenario::{HostKind, Scenario};
use serde_json::{Map, Value};

/// Fields that postscreen has no parameter for, and the values with which the engine does what postscreen does.
fn additions() -> Vec<(&'static str, Value)> {
    vec![
        ("dnsbl_watch_enable", false.into()),
        ("dnsbl_error_replies", Value::Array(Vec::new())),
        ("dnsbl_frugal_enable", false.into()),
        ("dnsbl_early_verdict_enable", false.into()),
        ("dnsbl_reason_enable", false.into()),
        ("dnsbl_trial_sites", Value::Array(Vec::new())),
        ("trial_tests", Value::Array(Vec::new())),
        ("dnsbl_change_voids_passes", false.into()),
        ("allow_spf", Value::Array(Vec::new())),
        ("allow_spf_listed", false.into()),
        ("record_enable", false.into()),
        ("record_mailboxes", true.into()),
        ("client_ipv4_prefix_length", 32.into()),
        ("client_ipv6_prefix_length", 128.into()),
    ]
}

/// Whether postscreen needs no parameter for the field, because it never does what it is about.
pub(crate) fn contain(field: &str) -> bool {
    additions().iter().any(|(name, _)| *name == field)
}

/// The story for the engine. One that postscreen plays, too, is about what both do, unless it names a delta. What its
/// policy says itself stays.
pub(crate) fn switched_off(story: &Scenario) -> Cow<'_, Scenario> {
    let alike = story.hosts.contains(&HostKind::Postscreen) && story.delta.is_none();
    if !alike {
        return Cow::Borrowed(story);
    }
    let mut story = story.clone();
    switch_off(&mut story.policy, additions());
    Cow::Owned(story)
}

fn switch_off(policy: &mut Map<String, Value>, additions: Vec<(&str, Value)>) {
    for (field, value) in additions {
        policy.entry(field).or_insert(value);
    }
}

#[cfg(test)]
mod tests;
