//! An explanation for people, and for programs.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use postscreen_engine::access::Decision;
use postscreen_engine::explain::{List, ListAnswer, RecordState, SenderOpinion, TestState, Worth};
use postscreen_engine::{Record, Test};
use serde_json::{Value, json};

use super::{Told, words};

/// A paragraph for each of: who it is, the tests, the lists, the verdict.
pub(super) fn table(told: &Told<'_>) -> String {
    let mut parts = vec![who(told), tests(told)];
    if !told.explanation.lists.is_empty() {
        parts.push(lists(&told.explanation.lists));
        parts.push(words::score(told));
    }
    if !told.senders.is_empty() {
        parts.push(senders(told.senders));
    }
    let mut verdict = vec![words::verdict(told)];
    let reply = told.explanation.outcome.reply.as_deref().unwrap_or_default();
    verdict.extend(reply.lines().map(|line| format!("    {line}")));
    verdict.extend(words::notes(told));
    if let Some(record) = told.explanation.outcome.remembered {
        verdict.push(format!("Remembered: {}", stamps(record)));
    }
    parts.push(verdict.join("\n"));
    parts.join("\n\n")
}

fn who(told: &Told<'_>) -> String {
    let explanation = &told.explanation;
    let mut table = plain_table();
    table.add_row(["client", &explanation.client.to_string()]);
    if let Some(server) = told.case.server {
        let allowed = if explanation.interface_allowed { "in" } else { "not in" };
        table.add_row(["server", &format!("{server}, {allowed} allowlist_interfaces")]);
    }
    table.add_row(["time", &words::time(told.case.unix)]);
    table.add_row(["access list", &words::access(explanation.access)]);
    table.add_row(["record", words::record(explanation.memory)]);
    table.trim_fmt()
}

fn tests(told: &Told<'_>) -> String {
    let mut table = plain_table();
    table.set_header(["test", "action", "passed"]);
    for &(test, standing) in &told.explanation.tests {
        let action = words::action(told.policy, test);
        table.add_row([test.as_str(), &action, &words::standing(standing)]);
    }
    table.trim_fmt()
}

/// A row for each entry; a list's name and answer stand in the first of its rows.
fn lists(lists: &[List]) -> String {
    let mut table = plain_table();
    table.set_header(["list", "answer", "entry", "weight", "adds"]);
    for column in [3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for list in lists {
        let answer = words::answer(list);
        let name = if list.on_trial { format!("{} (on trial)", list.name) } else { list.name.clone() };
        for (index, entry) in list.entries.iter().enumerate() {
            let (name, answer) = if index == 0 { (name.as_str(), answer.as_str()) } else { ("", "") };
            let filter = entry.filter.as_deref().unwrap_or("any");
            let adds = if entry.matches && list.counts && !list.on_trial { entry.weight } else { 0 };
            table.add_row([name, answer, filter, &entry.weight.to_string(), &adds.to_string()]);
        }
    }
    table.trim_fmt()
}

/// A row for each name in `allow_spf`: what its records say, and the way through them.
fn senders(senders: &[SenderOpinion]) -> String {
    let mut table = plain_table();
    table.set_header(["sender", "SPF", "because"]);
    for SenderOpinion { sender, outcome } in senders {
        table.add_row([sender.to_string(), outcome.result.to_string(), outcome.explanation()]);
    }
    table.trim_fmt()
}

/// As postscreen stores them.
fn stamps(record: Record) -> String {
    record.stamps().map(|stamp| stamp.to_string()).join(";")
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}

pub(super) fn json(told: &Told<'_>) -> Value {
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
        "senders": told.senders.iter().map(sender).collect::<Vec<_>>(),
        "lists_matter": explanation.lists_matter,
        "score": {
            "total": explanation.score.total,
            "ttl": explanation.score.ttl,
            "threshold": told.policy.dnsbl_threshold,
            "allowlist_threshold": told.policy.allowlist_threshold(),
            "blamed": explanation.blamed,
        },
        "trial": explanation.trial.as_ref().map(|trial| {
            let name = |&list: &usize| explanation.lists.get(list).map(|list| &list.name);
            json!({
                "total": trial.total_with_trials,
                "effect": trial.effect.to_string(),
                "lists": trial.lists.iter().filter_map(name).collect::<Vec<_>>(),
            })
        }),
        "outcome": {
            "served": outcome.served,
            "verdict": outcome.verdict.as_str(),
            // A client waits five minutes at most.
            "waits_ms": u64::try_from(outcome.waits.as_millis()).unwrap_or(u64::MAX),
            "reply": outcome.reply,
            "turned_away": outcome.turned_away,
            "remembered": outcome.remembered.map(Record::stamps),
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
    let action = told.policy.configured_action(test).to_string();
    let on_trial = told.policy.is_on_trial(test);
    json!({ "test": test.as_str(), "action": action, "on_trial": on_trial, "state": state, "expiry": expiry })
}

fn sender(opinion: &SenderOpinion) -> Value {
    let SenderOpinion { sender, outcome } = opinion;
    let path: Vec<_> = outcome.path.iter().map(ToString::to_string).collect();
    json!({ "sender": sender.to_string(), "result": outcome.result.to_string(), "path": path })
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
        "on_trial": list.on_trial,
        "answer": answer,
        "records": answered.map(|answer| &answer.addresses),
        "ttl": answered.and_then(|answer| answer.ttl),
        "error": error,
        "counts": list.counts,
        "entries": list.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}
