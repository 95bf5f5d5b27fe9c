//! What the lists had to do with a client.

use crate::dnsbl::{ParsedAnswer, Trouble};
use crate::policy::Policy;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// One list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct ListRecord {
    /// The name that clients and logs see: the domain may hold a secret key.
    pub list: String,
    /// What it said.
    pub answer: ListWord,
    /// Under which addresses it has the client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Ipv4Addr>,
    /// How long that is valid, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Whether it is on trial (`dnsbl_trial_sites`): what it says does not count.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub on_trial: bool,
    /// What it adds to the score, or would if it were not on trial.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub score: i32,
    /// When it was asked, in milliseconds since the client came; 0 if another session had asked it before.
    pub asked_at: u64,
    /// When the answer was there, or the wait for it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<u64>,
    /// What kept it from answering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Whether it was muted when the client came, so that it was not asked, or when the client was decided about:
    /// whatever it said was worth nothing.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub muted: bool,
}

/// What a list said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ListWord {
    /// The client is listed.
    Listed,
    /// It is not.
    NotListed,
    /// No answer within `dnsbl_timeout`.
    Timeout,
    /// It could not be asked, or what came back was no answer.
    Error,
    /// The client was decided about before it answered.
    Pending,
}

/// A list that was asked about a client.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Its number in the policy.
    pub list: usize,
    /// When.
    pub at: Instant,
    /// When that ended, and with what.
    pub outcome: Option<(Instant, Outcome)>,
    /// It was muted then, and so it was not asked at all.
    pub muted: bool,
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is an answer.
    Answered,
    /// No answer in time.
    TimedOut,
    /// No answer.
    Trouble(Trouble),
}

/// What a worker knows of one list and one client.
#[derive(Clone, Debug)]
pub(crate) struct ListFacts {
    pub asked: Asked,
    pub answer: Option<ParsedAnswer>,
    pub muted: bool,
}

impl Asked {
    pub fn of(list: usize, at: Instant, muted: bool) -> Self {
        Self { list, at, outcome: None, muted }
    }
}

impl ListRecord {
    /// `came`: when the client did.
    pub(crate) fn of(facts: ListFacts, policy: &Policy, came: Instant) -> Option<Self> {
        let ListFacts { asked, answer, muted } = facts;
        let muted = muted || asked.muted;
        let zone = policy.zones().get(asked.list)?;
        let millis = |at: Instant| u64::try_from(at.since(came).as_millis()).unwrap_or(u64::MAX);
        let (addresses, ttl) = answer.map(|answer| (answer.addresses, answer.ttl)).unwrap_or_default();
        let worth = zone.matching_weights(&addresses).fold(0, i32::saturating_add);
        let trouble = match asked.outcome {
            Some((_, Outcome::Trouble(trouble))) => Some(trouble.to_string()),
            _ => None,
        };
        Some(Self {
            list: zone.public_name.to_string(),
            answer: match asked.outcome {
                None => ListWord::Pending,
                Some((_, Outcome::TimedOut)) => ListWord::Timeout,
                Some((_, Outcome::Trouble(_))) => ListWord::Error,
                Some((_, Outcome::Answered)) if addresses.is_empty() => ListWord::NotListed,
                Some((_, Outcome::Answered)) => ListWord::Listed,
            },
            on_trial: zone.on_trial,
            score: if muted { 0 } else { worth },
            addresses,
            ttl,
            asked_at: millis(asked.at),
            answered_at: asked.outcome.map(|(at, _)| millis(at)),
            trouble,
            muted,
        })
    }
}
