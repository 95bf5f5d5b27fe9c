//! What became of one client, and why.

use crate::words;
use postscreen_engine::Verdict;
use postscreen_engine::client_record::ClientRecord;
use postscreen_engine::replay::Replayed;
use std::cmp::Reverse;
use std::fmt;

/// How it ended for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// It was sent to the mail server.
    Served,
    /// It was turned away, for good or to come again.
    Refused,
    /// It left before that was decided.
    Left,
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fate {
    /// How it ended.
    pub ending: Ending,
    /// In the words of logs: `PASS NEW`.
    pub verdict: String,
    /// What decided beyond that: the list that the client is told about.
    pub why: Option<String>,
}

impl Fate {
    /// As the record says.
    pub fn of_record(record: &ClientRecord) -> Self {
        let by_lists = record.verdict == Verdict::Dnsbl.label();
        let why = if by_lists { blamed(record).map(|list| words::shown(list, 64)) } else { None };
        Self {
            ending: Ending::of(record.served, &record.verdict),
            verdict: words::verdict(&record.verdict),
            why,
        }
    }

    /// As it would have been.
    pub fn of_replayed(replayed: &Replayed) -> Self {
        let by_lists = replayed.verdict == Verdict::Dnsbl;
        let blamed = replayed.blamed.as_deref().filter(|_| by_lists);
        Self {
            ending: Ending::of(replayed.served, replayed.verdict.label()),
            verdict: replayed.verdict.as_str().to_owned(),
            why: blamed.map(|list| words::shown(list, 64)),
        }
    }

    /// What stands for those that are too many to tell apart.
    pub(super) fn others(ending: Ending) -> Self {
        Self { ending, verdict: super::OTHERS.to_owned(), why: None }
    }

    /// Whether it is another verdict, or that of another list, as far as both lists are known.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let other_list = self.why.is_some() && other.why.is_some() && self.why != other.why;
        self.verdict != other.verdict || other_list
    }

    /// The list that decided, if it was one.
    pub fn list(&self) -> Option<&str> {
        self.why.as_deref()
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.verdict)?;
        self.why.as_ref().map_or(Ok(()), |why| write!(f, " ({why})"))
    }
}

impl Ending {
    /// Its word in JSON, and on the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Refused => "refused",
            Self::Left => "left",
        }
    }

    fn of(served: bool, verdict: &str) -> Self {
        match served {
            true => Self::Served,
            false if verdict == Verdict::Hangup.label() => Self::Left,
            false => Self::Refused,
        }
    }
}

/// The list that the client was told about. Where no reply says it, the one that adds most to the score, the first of
/// several to answer.
fn blamed(record: &ClientRecord) -> Option<&str> {
    let told = |name: &str| {
        record.reply.as_ref().is_some_and(|reply| reply.contains(&format!(" blocked using {name}")))
    };
    let names = record.lists.iter().map(|list| list.list.as_str());
    // A name may be the beginning of another one.
    names.filter(|name| told(name)).max_by_key(|name| name.len()).or_else(|| heaviest(record))
}

fn heaviest(record: &ClientRecord) -> Option<&str> {
    let against = record.lists.iter().filter(|list| list.score > 0);
    let heaviest = against.min_by_key(|list| (Reverse(list.score), list.answered_at));
    heaviest.map(|list| list.list.as_str())
}
