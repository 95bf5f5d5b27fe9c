//! What changed from one policy to another, and what that means for clients, in words.
//!
//! Only what has an effect is a difference: a default that is written out, another spelling of the same value and the
//! order of a set are none. Where a change waits for another one, as the action of a test that is off, the words say
//! so. On hosts only: `host-sim diff` shows it, Envoy compares nothing.
//!
//! Each topic is a file with all fields that belong to it. A field that is in none of them is never compared; a test
//! changes every field of the schema, so that none is forgotten. What they share: `pair` compares plain values,
//! `entries` lists, `addresses` what a list of networks comes to, and `names` keeps keys to itself.

mod actions;
mod addresses;
mod asked;
mod entries;
mod host;
mod limits;
mod memory;
mod names;
mod pair;
mod records;
mod served;
mod sites;
mod told;
mod trials;
mod waits;

use crate::policy::Policy;
use pair::Pair;
use std::fmt;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub topic: Topic,
    /// The field's name as in the JSON, with a dot for one in a group: `cache.buckets`.
    pub field: &'static str,
    /// What it was, in short. Never with a key in it.
    pub old: String,
    /// What it is, in short.
    pub new: String,
    /// What that means, in sentences.
    pub meaning: Vec<String>,
}

/// What operators ask about a change, in the order in which differences are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Who is let in, and who is refused.
    Served,
    /// How long clients wait.
    Waits,
    /// Which lists and senders are asked, and what their answers are worth.
    Asked,
    /// What clients are told, and what the log says.
    Told,
    /// How much there may be of everything.
    Limits,
    /// Who is remembered, and for how long.
    Memory,
    /// What the host must have.
    Host,
}

impl Topic {
    /// All of them, in order.
    pub const ALL: [Self; 7] =
        [Self::Served, Self::Waits, Self::Asked, Self::Told, Self::Limits, Self::Memory, Self::Host];

    /// One word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Waits => "waits",
            Self::Asked => "asked",
            Self::Told => "told",
            Self::Limits => "limits",
            Self::Memory => "memory",
            Self::Host => "host",
        }
    }
}

impl fmt::Display for Topic {
    /// A headline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Served => "Who is let in, who is refused",
            Self::Waits => "How long clients wait",
            Self::Asked => "What is asked",
            Self::Told => "What clients and logs are told",
            Self::Limits => "Limits",
            Self::Memory => "Memory",
            Self::Host => "The host",
        })
    }
}

/// All differences that have an effect, by topic.
pub fn differences(old: &Policy, new: &Policy) -> Vec<Difference> {
    let pair = Pair { old, new };
    let topics = [
        served::differences(pair),
        actions::differences(pair),
        waits::differences(pair),
        asked::differences(pair),
        told::differences(pair),
        limits::differences(pair),
        memory::differences(pair),
        host::differences(pair),
        trials::differences(pair),
        records::differences(pair),
    ];
    let mut found: Vec<Difference> = topics.into_iter().flatten().collect();
    memory::tell_of_void_passes(pair, &mut found);
    found.sort_by_key(|difference| difference.topic);
    found
}

#[cfg(test)]
mod tests;
