//! What a list said.

use super::{Both, Quantiles};
use postscreen_engine::Verdict;
use postscreen_engine::client_record::{ClientRecord, ListRecord, ListWord};

/// The most lists that are told apart; further ones are one.
pub const LISTS_MAX: usize = 128;

/// One list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListSums {
    /// How often it had the client.
    pub listed: u64,
    /// How often it had not.
    pub not_listed: u64,
    /// How often it did not answer within `dnsbl_timeout`.
    pub timeouts: u64,
    /// How often it could not be asked, or what came back was no answer.
    pub errors: u64,
    /// How often the client was decided about before it answered.
    pub pending: u64,
    /// How often it was muted.
    pub muted: u64,
    /// How long its answers took.
    pub answer_time: Quantiles,
    /// Clients refused for their score against whom no other list said anything.
    pub alone: u64,
    /// Clients refused for their score who are told about this list.
    pub decides: Both<u64>,
}

impl ListSums {
    pub(super) fn add(&mut self, list: &ListRecord, alone: bool) {
        match list.answer {
            ListWord::Listed => self.listed += 1,
            ListWord::NotListed => self.not_listed += 1,
            ListWord::Timeout => self.timeouts += 1,
            ListWord::Error => self.errors += 1,
            ListWord::Pending => self.pending += 1,
        }
        self.muted += u64::from(list.muted);
        self.alone += u64::from(alone);
        if let (ListWord::Listed | ListWord::NotListed, Some(at)) = (list.answer, list.answered_at) {
            self.answer_time.add(at.saturating_sub(list.asked_at));
        }
    }
}

/// The list without which a client would not have been refused for its score: the only one that adds to it.
pub(super) fn alone(record: &ClientRecord) -> Option<&String> {
    let mut against = record.lists.iter().filter(|list| list.score > 0);
    match (against.next(), against.next()) {
        (Some(list), None) if record.verdict == Verdict::Dnsbl.label() => Some(&list.list),
        _ => None,
    }
}
