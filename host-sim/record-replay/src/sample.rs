//! A few clients for tests, and what becomes of them under a policy that nobody wrote: outcomes are made by hand, so
//! that what is tested here does not depend on what the engine decides.

use crate::compare::Comparison;
use crate::read::Reading;
use postscreen_engine::client_record::ClientRecord;
use postscreen_engine::replay::{Doubt, Replayed};
use postscreen_engine::{Policy, Verdict};
use std::sync::Arc;

/// Ten records, one a line.
pub(crate) const RECORDS: &str = include_str!("sample/records.jsonl");

/// The same, read.
pub(crate) fn records() -> Vec<ClientRecord> {
    RECORDS.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All of them, without a new policy or with the outcomes below.
pub(crate) fn compared(is_replay: bool) -> (Comparison, Reading) {
    let mut reading = Reading::default();
    let log = format!("a line without a record\n{RECORDS}");
    let mut lines = reading.lines("sample", log.as_bytes());
    let mut comparison = Comparison::new(is_replay.then(|| Arc::new(Policy::parse(b"{}").unwrap())));
    while let Some(records) = lines.next_line().unwrap() {
        for record in records {
            comparison.add_replayed(&record, is_replay.then(|| outcome(&record)).as_ref());
        }
    }
    (comparison, reading)
}

/// What becomes of a client: most often the same.
pub(crate) fn outcome(record: &ClientRecord) -> Replayed {
    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.label() == record.verdict).unwrap();
    let same = Replayed {
        verdict,
        served: record.served,
        milliseconds: record.milliseconds,
        score: record.score,
        blamed: None,
        reply: record.reply.clone(),
        doubts: Vec::new(),
    };
    let blamed = |list: &str| Some(list.to_owned());
    match record.reference.as_str() {
        "7H3K9QTX2M" => Replayed { blamed: blamed("zen.example"), ..same },
        "7H3K9QTX2N" => Replayed {
            verdict: Verdict::Dnsbl,
            milliseconds: 6_000,
            blamed: blamed("new.example"),
            doubts: vec![Doubt::NotAnswered("zen.example".to_owned()), Doubt::NotSeen],
            ..same
        },
        "7H3K9QTX2P" => Replayed { milliseconds: 48, ..same },
        "7H3K9QTX2Q" => Replayed { verdict: Verdict::PassNew, milliseconds: 6_000, ..same },
        "7H3K9QTX2R" => Replayed {
            verdict: Verdict::Dnsbl,
            served: false,
            score: Some(4),
            blamed: blamed("new<i>.example"),
            reply: Some("550 5.7.1 Service unavailable".to_owned()),
            doubts: vec![Doubt::NotAsked("new.example".to_owned())],
            ..same
        },
        "7H3K9QTX2V" => Replayed { verdict: Verdict::PassNew, served: true, score: Some(1), ..same },
        "7H3K9QTX2W" => Replayed { verdict: Verdict::Pregreet, served: false, milliseconds: 1_200, ..same },
        _ => same,
    }
}
