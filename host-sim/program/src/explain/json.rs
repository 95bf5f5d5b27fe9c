//! An explanation for programs. The names are part of the command line's interface: they stay.

use postscreen_engine::Test;
use postscreen_engine::access::Decision;
use postscreen_engine::explain::{List, ListAnswer, RecordState, TestState, Worth};
use serde_json::{Value, json};

use super::{Told, words};

pub(super) fn render(told: &Told<'_>) -> Value {
    let explanation = &told.explanation;
    let decision = match explanation.decision() {
        Decision::Permit => "permit",
        Decision::Reject => "reject",
        Decision::Undecided => "dunno",
    };
    let rule = explanation.access.map(|found| {
        json!({
            "index": found.index,
            "text": found.rule.to_string(),
            "network": found.network.map(|network| network.to_string()),
        })
    });
    let outcome = &explanation.outcome;
    json!({
        "client": explanation.client,
        "server": told.case.server,
        "time": told.case.unix,
        "access": { "decision": decision, "rule": rule },
        "interface_allowed": explanation.interface_allowed,
        "record": {
            "known": explanation.memory != RecordState::Empty,
            "outdated": explanation.memory == RecordState::Outdated,
        },
        "tests": explanation.tests.map(|(test, standing)| self::test(told, test, standing)),
        "lists": explanation.lists.iter().map(list).collect::<Vec<_>>(),
        "lists_matter": explanation.lists_matter,
        "score": {
            "total": explanation.score.total,
            "ttl": explanation.score.ttl,
            "threshold": told.policy.dnsbl_threshold,
            "allowlist_threshold": told.policy.allowlist_threshold(),
            "blamed": explanation.blamed,
        },
        "outcome": {
            "served": outcome.served,
            "verdict": outcome.verdict.as_str(),
            // A client waits five minutes at most.
            "waits_ms": u64::try_from(outcome.waits.as_millis()).unwrap_or(u64::MAX),
            "reply": outcome.reply,
            "turned_away": outcome.turned_away,
            "remembered": outcome.remembered.map(postscreen_engine::Record::stamps),
            "words": words::verdict(told),
        },
    })
}

fn test(told: &Told<'_>, test: Test, standing: TestState) -> Value {
    let (state, expiry) = match standing {
        TestState::Disabled => ("disabled", None),
        TestState::ExpiredSince(unix) => ("expired", Some(unix)),
        TestState::NeverPassed => ("never_passed", None),
        TestState::ValidUntil(unix) => ("valid", Some(unix)),
    };
    let action = words::action(told.policy, test).to_string();
    json!({ "test": test.as_str(), "action": action, "state": state, "expiry": expiry })
}

fn list(list: &List) -> Value {
    let (answer, error) = match &list.answer {
        ListAnswer::Answered(answer) if answer.addresses.is_empty() => ("not_listed", None),
        ListAnswer::Answered(_) => ("listed", None),
        ListAnswer::NotAsked => ("not_asked", None),
        ListAnswer::TimedOut => ("timeout", None),
        ListAnswer::Trouble(why) => ("error", Some(why)),
    };
    let answered = match &list.answer {
        ListAnswer::Answered(answer) => Some(answer),
        _ => None,
    };
    let entry =
        |entry: &Worth| json!({ "filter": entry.filter, "weight": entry.weight, "matches": entry.matches });
    json!({
        "list": list.name,
        "answer": answer,
        "records": answered.map(|answer| &answer.addresses),
        "ttl": answered.and_then(|answer| answer.ttl),
        "error": error,
        "counts": list.counts,
        "entries": list.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}
