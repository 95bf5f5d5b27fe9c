//! A case: a client, a domain, and DNS as far as anybody asks.

use std::collections::BTreeMap;

use fastrand::Rng;
use postscreen_engine::Instant;
use postscreen_engine::dns::{Answer, Kind, Question, Record};
use postscreen_engine::spf::{Cache, Found, Outcome, Progress, check};
use serde::Serialize;

use crate::answers;

/// What both are asked.
#[derive(Debug, Serialize)]
pub struct Case {
    pub client: String,
    pub domain: String,
    /// Values by `name KIND`; `None` is no answer. Texts are Latin-1, a character for each byte.
    pub dns: BTreeMap<String, Option<Vec<String>>>,
}

/// Makes up a case, and what the engine says about it: DNS is made up where the engine asks.
pub fn play(random: &mut Rng) -> (Case, Outcome) {
    let client = answers::client(random);
    let domain = answers::domain(random);
    let mut case = Case { client: client.to_string(), domain: domain.to_owned(), dns: BTreeMap::new() };
    let now = Instant::from_millis(0);
    let domain = domain.parse().expect("a domain");
    let mut cache = Cache::default();
    loop {
        let progress = check(client, &domain, &cache.at(now));
        let questions = match progress {
            Progress::Done(outcome) => return (case, outcome),
            Progress::Needs(questions) => questions,
        };
        for question in questions {
            let name = format!("{} {}", question.name.to_text(), question.kind);
            let values = answers::answer(random, &question, client);
            let found = found(&question, values.as_deref());
            assert!(case.dns.insert(name, values).is_none(), "{question} is asked twice");
            cache.put(question, found, now);
        }
    }
}

fn found(question: &Question, values: Option<&[String]>) -> Found {
    let Some(values) = values else { return Found::failed() };
    let records: Vec<_> = values.iter().map(|value| record(question.kind, value)).collect();
    let exists = !records.is_empty();
    Found::answered(question.kind, &Answer { records, exists, ttl: 300 })
}

fn record(kind: Kind, value: &str) -> Record {
    match kind {
        Kind::A => Record::A(value.parse().expect("an IPv4 address")),
        Kind::Aaaa => Record::Aaaa(value.parse().expect("an IPv6 address")),
        Kind::Mx => Record::Mx { preference: 10, exchange: value.parse().expect("a name") },
        Kind::Ptr => Record::Ptr(value.parse().expect("a name")),
        Kind::Txt => Record::Txt(value.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect()),
    }
}
