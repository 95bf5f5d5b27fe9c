//! The comparison for programs: one JSON object.

use crate::compare::{
    Both, Change, Comparison, Fate, Group, GroupSums, ListSums, ShownClient, Sums, TestSums,
};
use crate::read::Reading;
use serde_json::{Map, Value, json};

/// What the object has, for those who read it.
pub const HELP: &str = "\
JSON, one object; without --config there is no after, and it is null:
  read            lines, without_record, records, problems (how many of each kind that occurred)
  times           from, to (Unix seconds)
  policies[]      policy, clients: the versions of the policy that the clients met
  clients, otherwise, doubtful: how many there are, fare otherwise, and are not certain
  ends            before, after: served, refused, left (before the verdict)
  groups[]        group (served_before_refused_now, refused_before_served_now, waits_longer, waits_shorter,
                  other_reason; without --config refused), clients, doubtful,
                  changes[] (before, after, clients, doubtful, doubts[] (doubt, clients)),
                  first[]: the first clients (1,000 at most): reference, time, client, helo, sender, recipient,
                  more_recipients, before, milliseconds_before, after, milliseconds_after, doubts[]
  verdicts[]      verdict, list, end (served, refused, left), before, after
  lists[]         list, listed, not_listed, timeouts, errors, pending, muted, median_ms, p95_ms, alone (nobody else said
                  anything against a client that was refused), decides_before, decides_after
  tests[]         test, passed, known (those of passed that were remembered), failed, ignored, open
  time            width (seconds), buckets[] (from, before, after)
before and after of a client or a change: verdict, list, end.";

/// The whole object.
pub fn json(comparison: &Comparison, reading: &Reading) -> Value {
    let problems: Map<_, _> =
        reading.problems.counts().map(|(kind, count)| (kind.label().to_owned(), count.into())).collect();
    json!({
        "read": {
            "lines": reading.lines,
            "without_record": reading.without,
            "records": reading.records,
            "problems": problems,
        },
        "times": comparison.times.map(|(from, to)| json!({ "from": from, "to": to })),
        "policies": comparison
            .policies
            .iter()
            .map(|(policy, clients)| json!({ "policy": policy, "clients": clients }))
            .collect::<Vec<_>>(),
        "clients": comparison.clients,
        "otherwise": comparison.is_replay().then(|| comparison.otherwise()),
        "doubtful": comparison.is_replay().then_some(comparison.doubtful),
        "ends": both(comparison, comparison.ends, sums),
        "groups": comparison.groups.iter().map(|(group, sums)| self::group(group, sums)).collect::<Vec<_>>(),
        "verdicts": comparison
            .fates
            .iter()
            .map(|(fate, count)| merged(self::fate(fate), both(comparison, *count, Value::from)))
            .collect::<Vec<_>>(),
        "lists": comparison.lists.iter().map(|(name, sums)| list(comparison, name, sums)).collect::<Vec<_>>(),
        "tests": comparison.tests.iter().map(|(name, sums)| test(name, *sums)).collect::<Vec<_>>(),
        "time": {
            "width": comparison.hours.width(),
            "buckets": comparison
                .hours
                .buckets()
                .into_iter()
                .map(|bucket| merged(json!({ "from": bucket.from }), both(comparison, bucket.ends, sums)))
                .collect::<Vec<_>>(),
        },
    })
}

fn both<T>(comparison: &Comparison, both: Both<T>, value: impl Fn(T) -> Value) -> Value {
    let Both { before, after } = both;
    let after = if comparison.is_replay() { value(after) } else { Value::Null };
    json!({ "before": value(before), "after": after })
}

fn merged(mut object: Value, more: Value) -> Value {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

fn sums(sums: Sums) -> Value {
    let Sums { served, refused, left } = sums;
    json!({ "served": served, "refused": refused, "left": left })
}

fn fate(fate: &Fate) -> Value {
    let Fate { ending, verdict, why } = fate;
    json!({ "verdict": verdict, "list": why, "end": ending.as_str() })
}

fn group(group: Group, sums: &GroupSums) -> Value {
    json!({
        "group": group.label(),
        "clients": sums.clients,
        "doubtful": sums.doubtful,
        "changes": sums.changes.iter().map(change).collect::<Vec<_>>(),
        "first": sums.first.iter().map(client).collect::<Vec<_>>(),
    })
}

fn change(((before, after), change): (&(Fate, Option<Fate>), &Change)) -> Value {
    let doubts = change.doubts.iter().map(|(doubt, clients)| json!({ "doubt": doubt, "clients": clients }));
    json!({
        "before": fate(before),
        "after": after.as_ref().map(fate),
        "clients": change.clients,
        "doubtful": change.doubtful,
        "doubts": doubts.collect::<Vec<_>>(),
    })
}

fn client(client: &ShownClient) -> Value {
    json!({
        "reference": client.reference,
        "time": client.time,
        "client": client.client,
        "helo": client.helo,
        "sender": client.sender,
        "recipient": client.recipient,
        "more_recipients": client.more_recipients,
        "before": fate(&client.before),
        "milliseconds_before": client.waited,
        "after": client.after.as_ref().map(|(after, _)| fate(after)),
        "milliseconds_after": client.after.as_ref().map(|(_, milliseconds)| milliseconds),
        "doubts": client.doubts,
    })
}

fn list(comparison: &Comparison, name: &str, sums: &ListSums) -> Value {
    json!({
        "list": name,
        "listed": sums.listed,
        "not_listed": sums.not_listed,
        "timeouts": sums.timeouts,
        "errors": sums.errors,
        "pending": sums.pending,
        "muted": sums.muted,
        "median_ms": sums.answer_time.percentile(50),
        "p95_ms": sums.answer_time.percentile(95),
        "alone": sums.alone,
        "decides_before": sums.decides.before,
        "decides_after": comparison.is_replay().then_some(sums.decides.after),
    })
}

fn test(name: &str, sums: TestSums) -> Value {
    let TestSums { passed, known, failed, ignored, open } = sums;
    json!({ "test": name, "passed": passed, "known": known, "failed": failed, "ignored": ignored, "open": open })
}
