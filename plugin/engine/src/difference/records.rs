//! What is left of each client.

use super::pair::Pair;
use super::{Difference, Topic};

pub fn differences(pair: Pair<'_>) -> Vec<Difference> {
    [record(pair), mailboxes(pair)].into_iter().flatten().collect()
}

fn record(pair: Pair<'_>) -> Option<Difference> {
    let on = "Every client leaves a record for access logs, and what it is refused with ends in a reference to that.";
    let off = "Clients leave no records, and refusals have no reference.";
    pair.switch(Topic::Told, "record_enable", |policy| policy.record_enable, [on, off])
}

fn mailboxes(pair: Pair<'_>) -> Option<Difference> {
    let on = "Records name senders and recipients.";
    let off = "Records name only the domains of senders and recipients.";
    let unused = "Clients leave no records (record_enable is false), so this has no effect yet.";
    let words = if pair.new.record_enable { [on, off] } else { [unused, unused] };
    pair.switch(Topic::Told, "record_mailboxes", |policy| policy.record_mailboxes, words)
}
