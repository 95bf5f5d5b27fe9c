//! What the SPF records of `allow_spf` say about one client.

use crate::dns;
use crate::dns::Name;
use crate::io::DnsFailure;
use crate::policy::Policy;
use crate::spf::{Cache, Found, Outcome, Progress, QUESTIONS_MAX, check};
use crate::time::Instant;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What one sender's records come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderOpinion {
    /// The name in `allow_spf`.
    pub sender: Name,
    /// The result, and the way to it.
    pub outcome: Outcome,
}

/// What DNS has said, by the question in wire format.
pub type DnsReplies = BTreeMap<Vec<u8>, Result<Vec<u8>, DnsFailure>>;

/// Follows the records of all senders. `ask` gets several questions at a time, and gives a reply to each, in their
/// order; what it leaves out counts as no answer.
pub fn follow_senders(
    policy: &Policy,
    client: IpAddr,
    mut ask: impl FnMut(&[Vec<u8>]) -> Vec<Result<Vec<u8>, DnsFailure>>,
) -> (Vec<SenderOpinion>, DnsReplies) {
    let (mut cache, mut replies, now) = (Cache::default(), DnsReplies::new(), Instant::default());
    // Each round asks something new about each sender, of which there is no more than this.
    for _ in 0..=QUESTIONS_MAX {
        let known = cache.at(now);
        let mut missing: Vec<dns::Question> = Vec::new();
        let mut opinions = Vec::new();
        for sender in policy.allow_spf.iter() {
            match check(client, sender.name(), &known) {
                Progress::Needs(questions) => missing.extend(questions),
                Progress::Done(outcome) => {
                    opinions.push(SenderOpinion { sender: sender.name().clone(), outcome });
                }
            }
        }
        if missing.is_empty() {
            return (opinions, replies);
        }
        missing.sort();
        missing.dedup();
        let messages: Vec<_> = missing.iter().map(dns::Question::encode).collect();
        let mut answers = ask(&messages).into_iter();
        for (question, message) in missing.into_iter().zip(messages) {
            let reply = answers.next().unwrap_or(Err(DnsFailure::Unreachable));
            let answer = reply.as_ref().ok().and_then(|message| question.parse_answer(message).ok());
            let found = answer.map_or_else(Found::failed, |answer| Found::answered(question.kind, &answer));
            cache.put(question, found, now);
            replies.insert(message, reply);
        }
    }
    (Vec::new(), replies)
}
