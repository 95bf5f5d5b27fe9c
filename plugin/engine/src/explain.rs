//! What would happen to one client, and why: the same pieces that decide in earnest, laid open.
//!
//! Nothing is decided here a second time. The rule comes from [`access::find`], the answers and the score from
//! [`dnsbl`](crate::dnsbl), the passes from [`Record`], and the outcome from a [`Worker`](crate::Worker) that is
//! visited by a client who waits for its turn and then delivers one mail (see `dry_run`). On hosts only: Envoy explains
//! nothing.

mod dry_run;
mod senders;

pub use dry_run::{PATIENCE, ScreeningOutcome};
pub use senders::{DnsReplies, SenderOpinion, follow_senders};

use crate::access::{self, Decision};
use crate::dnsbl::{Heard, ParsedAnswer, Score, Tally, Trial, Zone, reversed};
use crate::io::DnsFailure;
use crate::policy::Policy;
use crate::record::{Record, Test, TestSet};
use std::net::IpAddr;
use std::time::Duration;

/// Who is to be explained, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct ClientFacts<'a> {
    /// Whose address it is.
    pub client: IpAddr,
    /// The address that the client connects to; `None`: one where passes can be earned.
    pub server: Option<IpAddr>,
    /// What the table of passes holds of it; `None`: nothing, the client is a new one.
    pub record: Option<Record>,
    /// The time, in Unix seconds.
    pub unix: u64,
    /// What each list said, in the order of [`Policy::zones`]. A list without an entry was not asked.
    pub replies: &'a [ListReply],
    /// What DNS said of the senders in `allow_spf` ([`follow_senders`]). What is not in it was not answered.
    pub sender_replies: &'a DnsReplies,
}

/// What came back from one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListReply {
    /// It was not asked.
    NotAsked,
    /// It was asked.
    Asked {
        /// The DNS message with the id 0, or why there is none.
        message: Result<Vec<u8>, DnsFailure>,
        /// After how long it was there.
        after: Duration,
    },
}

/// All that there is to say about one client.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The client, as plain IPv4 where it is an IPv4-mapped address.
    pub client: IpAddr,
    /// The rule of `access_list` that decides about it; `None`: no rule does.
    pub access: Option<access::Match>,
    /// Whether passes can be earned at the server's address (`allowlist_interfaces`).
    pub interface_allowed: bool,
    /// What the client's record is worth.
    pub memory: RecordState,
    /// What the record says about each test, in the order of [`Test::ALL`].
    pub tests: [(Test, TestState); Test::COUNT],
    /// The lists, in the order of [`Policy::zones`].
    pub lists: Vec<List>,
    /// Whether the lists are asked about this client at all. Who is permitted, or has a valid pass, is not looked up.
    pub lists_matter: bool,
    /// The score of the answers that count.
    pub score: Score,
    /// What the lists on trial would have changed, if anything.
    pub trial: Option<Trial>,
    /// The public name of the list that the client is told about if the score reaches the threshold.
    pub blamed: Option<String>,
    /// What happens to a client that waits for its turn.
    pub outcome: ScreeningOutcome,
}

/// What a client's record is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordState {
    /// There is none.
    Empty,
    /// It counts.
    Known,
    /// It is so old that it is as good as none (`cache_retention_time`).
    Outdated,
}

/// How a client stands with one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestState {
    /// The policy does not apply the test.
    Disabled,
    /// Its pass ended, at this Unix second.
    ExpiredSince(u32),
    /// It has never passed.
    NeverPassed,
    /// Its pass holds until this Unix second, and at that very second.
    ValidUntil(u32),
}

/// One list, and what its answer is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its public name: the domain may hold a secret key.
    pub name: String,
    /// What it said.
    pub answer: ListAnswer,
    /// Whether its answer came before the verdict. A late one adds nothing.
    pub counts: bool,
    /// Whether it is on trial: it adds nothing to the score, and only [`Explanation::trial`] goes by it.
    pub on_trial: bool,
    /// Its entries in `dnsbl_sites`, or `dnsbl_trial_sites`.
    pub entries: Vec<Worth>,
}

/// What a list said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListAnswer {
    /// The client is listed, or not if there is no address; and for how long that is valid.
    Answered(ParsedAnswer),
    /// It was not asked.
    NotAsked,
    /// No answer in `dnsbl_timeout`.
    TimedOut,
    /// It could not be asked, or what came back was no answer: why.
    Trouble(String),
}

/// One entry of `dnsbl_sites` or `dnsbl_trial_sites`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worth {
    /// The filter, as Postfix writes it; `None`: any listing counts.
    pub filter: Option<String>,
    /// What a match is worth.
    pub weight: i32,
    /// Whether the answer matches.
    pub matches: bool,
}

/// The questions to the lists, in the order of [`Policy::zones`]; `None` for a name that DNS cannot hold.
pub fn questions(policy: &Policy, client: IpAddr) -> Vec<Option<Vec<u8>>> {
    let client = reversed(client.to_canonical());
    policy.zones().iter().map(|zone| zone.question(&client)).collect()
}

/// Reads a record as postscreen stores it: `1795435881;1;1;1;1`, one Unix second per test. The fields that an older
/// Postfix did not write are those of disabled tests, as postscreen reads them.
///
/// The error says what was expected.
pub fn parse_record(text: &str) -> Result<Record, String> {
    let expected =
        || "expected 1 to 5 Unix times with \";\" between them, such as \"1795435881;1;1;1;1\"".to_owned();
    let fields: Vec<&str> = text.trim().split(';').collect();
    if fields.len() > Test::COUNT {
        return Err(expected());
    }
    let mut record = Record::from_stamps([Record::DISABLED; Test::COUNT]);
    for (test, field) in Test::ALL.into_iter().zip(fields) {
        if field.is_empty() || !field.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(expected());
        }
        record.set_expiry(test, field.parse().map_err(|_| expected())?);
    }
    Ok(record)
}

/// Explains one client.
pub fn explain(policy: &Policy, case: &ClientFacts<'_>) -> Explanation {
    let client = case.client.to_canonical();
    let name = reversed(client);
    let findings = dry_run::dry_run(policy, case);
    let mut tally = Tally::new(policy.zones().len());
    let mut lists: Vec<List> = policy.zones().iter().map(List::unasked).collect();
    // In the order of arrival, which matters where two lists weigh the same, and for the validity of a pass.
    for (index, message, _) in in_order_of_arrival(case.replies) {
        let (Some(zone), Some(list)) = (policy.zones().get(index), lists.get_mut(index)) else { continue };
        list.counts = !findings.lists_asked || findings.heard.contains(&index);
        let heard = if list.counts {
            tally.hear(&name, index, zone, message)
        } else {
            Tally::new(1).hear(&name, 0, zone, message)
        };
        list.take(heard, zone);
    }
    let score = tally.score(policy, |_| true);
    let blamed = score.heaviest_zone.and_then(|index| lists.get(index)).map(|list| list.name.clone());
    let enabled = policy.enabled_tests();
    let record = case.record.unwrap_or_default();
    let retention = policy.cache_retention_time.as_secs();
    Explanation {
        client,
        access: access::find(&policy.access_list, &policy.mynetworks, client),
        interface_allowed: case
            .server
            .is_none_or(|server| policy.allowlist_interfaces.contain(server.to_canonical())),
        memory: match case.record {
            None => RecordState::Empty,
            Some(record) if record.is_outdated(enabled, case.unix, retention) => RecordState::Outdated,
            Some(_) => RecordState::Known,
        },
        tests: Test::ALL.map(|test| (test, TestState::of(record, test, enabled, case.unix))),
        lists,
        lists_matter: findings.lists_asked,
        score,
        trial: Trial::of(&tally, policy, |_| true),
        blamed,
        outcome: findings.outcome,
    }
}

/// A list's number, what it said, and when.
type TimedReply<'a> = (usize, Result<&'a [u8], DnsFailure>, Duration);

fn in_order_of_arrival(replies: &[ListReply]) -> Vec<TimedReply<'_>> {
    let arrival = |(index, reply)| match reply {
        &ListReply::NotAsked => None,
        ListReply::Asked { message, after } => {
            Some((index, message.as_ref().map(Vec::as_slice).map_err(|&failure| failure), *after))
        }
    };
    let mut arrivals: Vec<_> = replies.iter().enumerate().filter_map(arrival).collect();
    arrivals.sort_by_key(|&(index, _, after)| (after, index));
    arrivals
}

impl Explanation {
    /// What the access list says.
    pub fn decision(&self) -> Decision {
        self.access.map_or(Decision::Undecided, |found| found.decision)
    }
}

impl TestState {
    fn of(record: Record, test: Test, enabled: TestSet, unix: u64) -> Self {
        let expiry = record.expiry(test);
        if !enabled.contains(test) {
            Self::Disabled
        } else if expiry <= Record::DISABLED {
            Self::NeverPassed
        } else if record.expired(enabled, unix).contains(test) {
            Self::ExpiredSince(expiry)
        } else {
            Self::ValidUntil(expiry)
        }
    }
}

impl List {
    fn unasked(zone: &Zone) -> Self {
        let worth = |entry: &crate::dnsbl::ZoneEntry| Worth {
            filter: entry.filter.as_ref().map(ToString::to_string),
            weight: entry.weight,
            matches: false,
        };
        Self {
            name: zone.public_name.to_string(),
            answer: ListAnswer::NotAsked,
            counts: false,
            on_trial: zone.on_trial,
            entries: zone.entries().iter().map(worth).collect(),
        }
    }

    fn take(&mut self, heard: Heard, zone: &Zone) {
        self.answer = match heard {
            Heard::Listed(answer) | Heard::Unlisted(answer) => ListAnswer::Answered(answer),
            Heard::TimedOut => ListAnswer::TimedOut,
            Heard::Trouble(trouble) => ListAnswer::Trouble(trouble.to_string()),
            Heard::Ignored => ListAnswer::NotAsked,
        };
        if let ListAnswer::Answered(answer) = &self.answer {
            for (worth, entry) in self.entries.iter_mut().zip(zone.entries()) {
                worth.matches = entry.matches(&answer.addresses);
            }
        }
    }
}

#[cfg(test)]
mod tests;
