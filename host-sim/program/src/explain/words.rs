//! Reasons as sentences.

use std::num::NonZeroI32;
use std::time::{Duration, UNIX_EPOCH};

use postscreen_engine::access::{Decision, Match};
use postscreen_engine::explain::{List, ListAnswer, RecordState, TestState};
use postscreen_engine::policy::Action;
use postscreen_engine::{Policy, Test, Verdict};

use super::Told;

/// What the access list has to say.
pub(super) fn access(found: Option<Match>) -> String {
    let Some(Match { index, rule, network, decision }) = found else {
        return "no rule matches: it is tested".to_owned();
    };
    let because = network.map(|network| format!(" ({network} in mynetworks)")).unwrap_or_default();
    let then = match decision {
        Decision::Permit => "it is served untested",
        Decision::Reject => "it is denylisted",
        Decision::Undecided => "it is tested",
    };
    format!("access_list[{index}]: {rule}{because}: {then}")
}

/// What the record is worth.
pub(super) fn record(memory: RecordState) -> &'static str {
    match memory {
        RecordState::Empty => "none: a new client",
        RecordState::Known => "there is one",
        RecordState::Outdated => "older than cache_retention_time: as good as none",
    }
}

pub(super) fn standing(standing: TestState) -> String {
    match standing {
        TestState::Disabled => "disabled".to_owned(),
        TestState::NeverPassed => "never passed".to_owned(),
        TestState::ValidUntil(unix) => format!("valid until {}", time(unix.into())),
        TestState::ExpiredSince(unix) => format!("expired since {}", time(unix.into())),
    }
}

/// `2026-11-22T21:00:00Z`; as a number where the calendar of RFC 3339 ends.
pub(super) fn time(unix: u64) -> String {
    const YEAR_10000: u64 = 253_402_300_800;
    if unix >= YEAR_10000 {
        return unix.to_string();
    }
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(unix)).to_string()
}

pub(super) fn answer(list: &List) -> String {
    let text = match &list.answer {
        ListAnswer::NotAsked => "not asked".to_owned(),
        ListAnswer::TimedOut => "no answer in time".to_owned(),
        ListAnswer::Trouble(why) => format!("error: {why}"),
        ListAnswer::Answered(answer) => {
            let addresses: Vec<_> = answer.addresses.iter().map(ToString::to_string).collect();
            let what = if addresses.is_empty() { "not listed".to_owned() } else { addresses.join(" ") };
            answer.ttl.map_or(what.clone(), |ttl| format!("{what}, TTL {ttl} s"))
        }
    };
    let came = matches!(list.answer, ListAnswer::Answered(_) | ListAnswer::Trouble(_));
    if came && !list.counts { format!("{text}, too late") } else { text }
}

/// The score against both thresholds.
pub(super) fn score(told: &Told<'_>) -> String {
    let total = told.explanation.score.total;
    let threshold = told.policy.dnsbl_threshold;
    let (how, so) = if total >= threshold { ("at least", "it fails") } else { ("less than", "it passes") };
    let blocked = format!("{how} {threshold} (dnsbl_threshold), so {so}");
    let spared = match told.policy.allowlist_threshold().map(NonZeroI32::get) {
        None => "dnsbl_allowlist_threshold is off".to_owned(),
        Some(low) => {
            let (how, so) =
                if total <= low { ("at most", "it is spared") } else { ("more than", "it is not spared") };
            format!("{how} {low} (dnsbl_allowlist_threshold), so {so}")
        }
    };
    let matters = if told.explanation.lists_matter {
        ""
    } else {
        " It does not matter: such a client is not looked up."
    };
    format!("Score {total}: {blocked}; {spared}.{matters}")
}

/// What happens, and why. A client that is not served gets the reply of the outcome as well.
pub(super) fn verdict(told: &Told<'_>) -> String {
    let outcome = &told.explanation.outcome;
    let what = match outcome.verdict {
        _ if outcome.served => "Served",
        Verdict::Hangup => "Gives up",
        Verdict::Deferred => "Told to come again",
        _ => "Refused",
    };
    let when = match outcome.waits {
        Duration::ZERO => "at once".to_owned(),
        waits => format!("after {}", seconds(waits)),
    };
    let how = match (&outcome.reply, outcome.turned_away) {
        (None, _) => "",
        (Some(_), true) => " It gets one reply, and the connection is closed.",
        (Some(_), false) => " It may talk, and its RCPT is refused.",
    };
    format!("{what} {when} ({}): {}.{how}", outcome.verdict, reason(told))
}

fn reason(told: &Told<'_>) -> String {
    let Told { policy, explanation, .. } = told;
    let total = explanation.score.total;
    let reaches = format!("its score {total} reaches dnsbl_threshold {}", policy.dnsbl_threshold);
    let spared = policy.allowlist_threshold().is_some_and(|low| total <= low.get());
    match explanation.outcome.verdict {
        Verdict::Allowlisted => "the access list permits it".to_owned(),
        Verdict::Denylisted => {
            format!("the access list rejects it, and denylist_action is {}", policy.denylist_action)
        }
        Verdict::Dnsbl => format!("{reaches}, and dnsbl_action is {}", policy.dnsbl_action),
        Verdict::Deferred if !explanation.interface_allowed => {
            "it comes to an address that is not in allowlist_interfaces".to_owned()
        }
        Verdict::Deferred => format!(
            "it must talk to pass {}; when it has, it is served from its next visit on",
            missing_deep_tests(told).join(", ")
        ),
        Verdict::PassNew | Verdict::PassOld if explanation.lists_matter && spared => {
            format!("its score {total} is low enough that it needs no other test")
        }
        Verdict::PassNew => "it passes all tests, for the first time".to_owned(),
        Verdict::PassOld if explanation.outcome.remembered.is_some() => {
            "it is known, and passes the tests that had expired".to_owned()
        }
        Verdict::PassOld => "it is known, and every pass that it needs is valid".to_owned(),
        Verdict::Pass if policy.enabled_tests().is_empty() => "no test is enabled".to_owned(),
        Verdict::Pass if policy.is_on_trial(Test::Dnsbl) => format!("{reaches}, but that test is on trial"),
        Verdict::Pass => format!("{reaches}, but dnsbl_action is {}", policy.dnsbl_action),
        Verdict::Hangup => "no mail client waits longer for its greeting".to_owned(),
        other => format!("{other}"),
    }
}

fn missing_deep_tests(told: &Told<'_>) -> Vec<&'static str> {
    let missing = |(test, standing): &(Test, TestState)| {
        let deep = matches!(test, Test::Pipelining | Test::NonSmtpCommand | Test::BareNewline);
        let passed = matches!(standing, TestState::Disabled | TestState::ValidUntil(_));
        (deep && !(passed && told.explanation.memory != RecordState::Outdated)).then(|| test.as_str())
    };
    told.explanation.tests.iter().filter_map(missing).collect()
}

/// What else is worth knowing.
pub(super) fn notes(told: &Told<'_>) -> Vec<String> {
    let Told { policy, explanation, .. } = told;
    let mut notes = Vec::new();
    if explanation.decision() == Decision::Reject && policy.denylist_action == Action::Ignore {
        notes.push("The access list rejects it, but denylist_action is ignore.".to_owned());
    }
    if explanation.lists_matter && explanation.lists.iter().any(|list| list.answer == ListAnswer::NotAsked) {
        notes.push("Nobody asked the lists: this is what happens if they do not answer.".to_owned());
    }
    if explanation.lists_matter && is_waited_for_in_vain(&explanation.lists) {
        notes.push("A list that does not answer makes every client wait for all of greet_wait.".to_owned());
    }
    let waits = !explanation.outcome.waits.is_zero();
    let (_, pregreet) = explanation.tests[0];
    if waits && matches!(pregreet, TestState::NeverPassed | TestState::ExpiredSince(_)) {
        notes.push(format!(
            "That is if it waits for its turn; for a client that does not, greet_action is {}.",
            action(policy, Test::Pregreet)
        ));
    }
    if let Some(trial) = explanation.trial.as_ref().filter(|_| explanation.lists_matter) {
        notes.push(format!(
            "With the lists on trial its score would be {}: it {}.",
            trial.total_with_trials, trial.effect
        ));
    }
    notes
}

fn is_waited_for_in_vain(lists: &[List]) -> bool {
    lists.iter().any(|list| list.answer == ListAnswer::TimedOut && !list.on_trial)
}

/// The action that is configured for a test, and whether it is on trial.
pub(super) fn action(policy: &Policy, test: Test) -> String {
    let action = policy.configured_action(test);
    if policy.is_on_trial(test) { format!("{action} (on trial)") } else { action.to_string() }
}

fn seconds(time: Duration) -> String {
    match time.subsec_millis() {
        0 => format!("{} s", time.as_secs()),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}
