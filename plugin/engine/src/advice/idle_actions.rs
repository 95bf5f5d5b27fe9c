//! Actions of tests that are off.

use super::{Advice, Reason};
use crate::access::{Rule, Verb};
use crate::policy::{Action, Policy};

/// Advice about each action that is set and acts on nobody.
pub(super) fn advice(policy: &Policy) -> Vec<Advice> {
    let default = Policy::default();
    let nobody_comes = !leads_to_dummy(policy);
    let deep = |enabled: bool, switch: &str| (!enabled && nobody_comes).then(|| without_test(switch));
    let actions = [
        ("greet_action", policy.greet_action, default.greet_action, without_teaser(policy)),
        ("dnsbl_action", policy.dnsbl_action, default.dnsbl_action, without_lists(policy)),
        (
            "pipelining_action",
            policy.pipelining_action,
            default.pipelining_action,
            deep(policy.pipelining_enable, "pipelining_enable"),
        ),
        (
            "non_smtp_command_action",
            policy.non_smtp_command_action,
            default.non_smtp_command_action,
            deep(policy.non_smtp_command_enable, "non_smtp_command_enable"),
        ),
        (
            "bare_newline_action",
            policy.bare_newline_action,
            default.bare_newline_action,
            deep(policy.bare_newline_enable, "bare_newline_enable"),
        ),
    ];
    let set = actions.into_iter().filter(|(_, action, default, _)| action != default);
    let about = |(field, action, _, idle): (&'static str, Action, Action, Option<Reason>)| {
        let (why, instead) = idle?;
        Some(Advice { field, index: None, entry: format!("\"{action}\""), why, instead })
    };
    set.filter_map(about).collect()
}

fn without_teaser(policy: &Policy) -> Option<Reason> {
    let why = "It acts on nobody: greet_banner is empty, which switches the test off.";
    policy.greet_banner.is_empty().then(|| (why.to_owned(), "leave greet_banner out".to_owned()))
}

fn without_lists(policy: &Policy) -> Option<Reason> {
    let why = "It acts on nobody: there is no list in dnsbl_sites.";
    policy
        .dnsbl_sites
        .is_empty()
        .then(|| (why.to_owned(), "write the lists to ask into dnsbl_sites".to_owned()))
}

fn without_test(switch: &str) -> Reason {
    let why = format!(
        "It acts on nobody: {switch} is off, and no other test brings a client to the dummy SMTP server with \
         \"enforce\"."
    );
    (why, format!("leave it out; {switch} would defer the first mail of every new client"))
}

/// Whether clients come to the dummy SMTP server, where every deep test watches those that have failed another test.
fn leads_to_dummy(policy: &Policy) -> bool {
    let rejects = |rule: &Rule| matches!(rule, Rule::Always(Verb::Reject) | Rule::Cidr(_, Verb::Reject));
    policy.pipelining_enable
        || policy.non_smtp_command_enable
        || policy.bare_newline_enable
        || (policy.greet_action == Action::Enforce && !policy.greet_banner.is_empty())
        || (policy.dnsbl_action == Action::Enforce && !policy.dnsbl_sites.is_empty())
        || (policy.denylist_action == Action::Enforce && policy.access_list.iter().any(rejects))
}
