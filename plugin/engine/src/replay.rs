//! Another policy on a client of yesterday: what its record holds, and what follows from that.
//!
//! Nothing is decided here a second time: the client is played to a session as its record says, by the pieces that
//! decide in earnest. What a record cannot know is a [`Doubt`]. On hosts only.

mod answers;
mod around;
mod player;

use crate::client_record::{ClientRecord, VERSION};
use crate::policy::Policy;
use crate::verdict::Verdict;
use player::Player;
use std::fmt;
use std::sync::Arc;

/// What would have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The decision.
    pub verdict: Verdict,
    /// Whether the client would have got to the mail server.
    pub served: bool,
    /// After how many milliseconds it would have been decided about.
    pub milliseconds: u64,
    /// What the lists add up to, if that was looked at.
    pub score: Option<i32>,
    /// The list that the client is told about, if it is refused for its score.
    pub blamed: Option<String>,
    /// The last refusal that it would have been told.
    pub reply: Option<String>,
    /// What might have come otherwise, because the record does not say. Empty: it is certain.
    pub doubts: Vec<Doubt>,
}

/// Why a verdict is not certain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// This list was not asked about the client, and what it says may decide. It is taken for one that does not have
    /// the client.
    NotAsked(String),
    /// This list had not answered when the client was decided about, and what it says may decide. It is taken for one
    /// that does not have the client.
    NotAnswered(String),
    /// What the client does later was not seen. It is taken for one that waits for its turn and then says what it had
    /// said, or nothing.
    NotSeen,
    /// It said more than the record holds. It is taken for one that ends as it did.
    SaidMore,
    /// Whether a sender in `allow_spf` vouches for it is not known. It is taken for one for whom nobody does.
    Sender,
    /// A list was muted, or in doubt, when the client was decided about.
    Watched(String),
    /// The record is of another format.
    Version(u32),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked(list) => write!(f, "{list} was not asked"),
            Self::NotAnswered(list) => write!(f, "{list} had not answered"),
            Self::NotSeen => f.write_str("what the client does later was not seen"),
            Self::SaidMore => f.write_str("the client said more than the record holds"),
            Self::Sender => f.write_str("whether a sender of allow_spf vouches for it is not known"),
            Self::Watched(list) => write!(f, "{list} was muted, or in doubt"),
            Self::Version(version) => write!(f, "its record has the format {version}"),
        }
    }
}

/// Plays the client of a record to a policy.
pub fn replay(policy: &Arc<Policy>, record: &ClientRecord) -> Replayed {
    let (Some(client), VERSION) = (record.client, record.postscreen_record) else {
        return as_it_was(record);
    };
    Player::new(policy, record, client).play()
}

/// Of a client that nobody knows (without a PROXY header), or that is told of in another format.
fn as_it_was(record: &ClientRecord) -> Replayed {
    let version = record.postscreen_record;
    Replayed {
        verdict: recorded_verdict(record).unwrap_or(Verdict::Hangup),
        served: record.served,
        milliseconds: record.milliseconds,
        score: record.score,
        blamed: None,
        reply: record.reply.clone(),
        doubts: if version == VERSION { Vec::new() } else { vec![Doubt::Version(version)] },
    }
}

fn recorded_verdict(record: &ClientRecord) -> Option<Verdict> {
    Verdict::ALL.into_iter().find(|verdict| verdict.label() == record.verdict)
}

#[cfg(test)]
mod tests;
