//! Sums, groups and their limits.

use super::*;
use crate::sample::{compared, outcome, records};
use postscreen_engine::Verdict::{Dnsbl, Hangup, PassNew, PassOld, Pregreet};
use postscreen_engine::client_record::Reference;

fn add(comparison: &mut Comparison, record: &ClientRecord, replayed: &Replayed) {
    comparison.add_replayed(record, Some(replayed));
}

fn replaying() -> Comparison {
    Comparison::new(Some(Arc::new(Policy::parse(b"{}").unwrap())))
}

#[test]
fn each_client_is_in_the_group_that_matters_most() {
    let served = records().remove(2);
    let same = outcome(&records()[5]);
    let replayed = |served, milliseconds, verdict| Replayed { served, milliseconds, verdict, ..same.clone() };
    let refused =
        ClientRecord { served: false, verdict: "dnsbl".to_owned(), lists: Vec::new(), ..served.clone() };
    for (record, after, group) in [
        (&served, replayed(true, 6_001, PassNew), None),
        (&served, replayed(true, 7_001, PassNew), None),
        (&served, replayed(true, 7_002, PassNew), Some(Group::Longer)),
        (&served, replayed(true, 5_001, PassNew), None),
        (&served, replayed(true, 5_000, PassNew), Some(Group::Shorter)),
        (&served, replayed(true, 0, PassOld), Some(Group::Shorter)),
        (&served, replayed(true, 6_001, PassOld), Some(Group::OtherReason)),
        (&served, replayed(false, 6_001, Dnsbl), Some(Group::ServedBefore)),
        (&served, replayed(false, 6_001, Hangup), Some(Group::ServedBefore)),
        (&refused, replayed(false, 0, Dnsbl), None),
        (&refused, replayed(false, 60_000, Dnsbl), None),
        (&refused, replayed(false, 60_000, Pregreet), Some(Group::OtherReason)),
        (&refused, replayed(true, 6_001, PassNew), Some(Group::RefusedBefore)),
    ] {
        let mut comparison = replaying();
        add(&mut comparison, record, &after);
        let found: Vec<_> = comparison.groups.iter().map(|(group, _)| group).collect();
        assert_eq!(found, group.into_iter().collect::<Vec<_>>(), "{} {after:?}", record.verdict);
        assert_eq!(comparison.otherwise(), u64::from(group.is_some()));
    }
}

#[test]
fn sums_agree_with_each_other() {
    for is_replay in [false, true] {
        let (comparison, _) = compared(is_replay);
        let all = |sums: Sums| sums.served + sums.refused + sums.left;
        assert_eq!((all(comparison.ends.before), all(comparison.ends.after)), (10, 10));
        assert_eq!(comparison.fates.values().map(|both| both.before).sum::<u64>(), 10);
        assert_eq!(comparison.fates.values().map(|both| both.after).sum::<u64>(), 10);
        let buckets = comparison.hours.buckets();
        assert_eq!(buckets.iter().map(|bucket| all(bucket.ends.before)).sum::<u64>(), 10);
        for (group, sums) in comparison.groups.iter() {
            assert_eq!(
                sums.changes.values().map(|change| change.clients).sum::<u64>(),
                sums.clients,
                "{group:?}"
            );
            assert_eq!(sums.changes.values().map(|change| change.doubtful).sum::<u64>(), sums.doubtful);
            assert_eq!(sums.first.len() as u64, sums.clients);
        }
    }
}

#[test]
fn the_engine_is_asked_where_there_is_a_policy() {
    let policy = br#"{"record_enable": true, "dnsbl_sites": ["zen.example*3"], "dnsbl_action": "drop"}"#;
    let policy = Arc::new(Policy::parse(policy).unwrap());
    let mut comparison = Comparison::new(Some(policy.clone()));
    for record in records() {
        comparison.add(&record);
        assert_eq!(comparison.replayed(&record), Some(replay(&policy, &record)));
    }
    assert_eq!(comparison.clients, 10);
    assert_eq!(Comparison::new(None).replayed(&records()[0]), None);
}

#[test]
fn the_first_clients_of_a_group_are_kept() {
    let mut comparison = replaying();
    let mut record = records().remove(2);
    let refused = Replayed { verdict: Pregreet, served: false, ..outcome(&record) };
    for count in 1..=CLIENTS_KEPT_MAX + 1 {
        record.reference = Reference::of(count as u64).to_string();
        add(&mut comparison, &record, &refused);
        let (_, group) = comparison.groups.iter().next().unwrap();
        assert_eq!((group.clients, group.first.len()), (count as u64, count.min(CLIENTS_KEPT_MAX)));
    }
    let (_, group) = comparison.groups.iter().next().unwrap();
    assert_eq!(group.first[0].reference, Reference::of(1).to_string());
}

#[test]
fn names_that_are_too_many_are_one() {
    let mut comparison = Comparison::new(None);
    let mut record = records().remove(0);
    for number in 0..LISTS_MAX + 50 {
        record.lists[0].list = format!("list{number:04}.example");
        record.lists.truncate(1);
        record.policy = format!("{number:016}");
        record.verdict = format!("verdict{number}");
        comparison.add(&record);
        let count = number + 1;
        // The one for all others comes on top.
        for (found, max) in [
            (comparison.lists.len(), LISTS_MAX),
            (comparison.policies.len(), POLICIES_MAX),
            (comparison.fates.len(), FATES_MAX),
        ] {
            assert_eq!(found, if count <= max { count } else { max + 1 }, "{count}");
        }
    }
    assert_eq!(comparison.lists[OTHERS].listed, 50);
}

#[test]
fn texts_of_a_client_are_cut_and_printable() {
    let mut comparison = Comparison::new(None);
    let mut record = records().remove(0);
    record.wanted.helo = Some("\u{1b}[2J\u{202e}é".to_owned());
    record.wanted.sender = Some("x".repeat(300));
    comparison.add(&record);
    let (_, group) = comparison.groups.iter().next().unwrap();
    let client = &group.first[0];
    assert_eq!(client.helo.as_deref(), Some("\\u{1b}[2J\\u{202e}\\u{e9}"));
    assert_eq!(client.sender.as_ref().map(String::len), Some(254 + "...".len()));
}

#[test]
fn time_has_at_most_so_many_parts() {
    for (step, count, width) in [
        (60, BUCKETS_MAX, 60),
        (60, BUCKETS_MAX + 1, 300),
        (3_600, 24, 3_600 / 60),
        (3_600, BUCKETS_MAX + 1, 21_600),
        (86_400, 10_000, 86_400 * 7 * 8),
        (u64::MAX / 1_000, 1_000, 0),
    ] {
        let mut comparison = Comparison::new(None);
        let mut record = records().remove(0);
        for number in 0..count {
            record.time = step * number as u64;
            comparison.add(&record);
        }
        let buckets = comparison.hours.buckets();
        assert!(buckets.len() <= BUCKETS_MAX, "{step}: {}", buckets.len());
        assert_eq!(buckets.iter().map(|bucket| bucket.ends.before.refused).sum::<u64>(), count as u64);
        assert!(buckets.is_sorted_by_key(|bucket| bucket.from));
        for max in [0, 1, 30, BUCKETS_MAX] {
            assert!(comparison.hours.in_parts(max).buckets().len() <= max.max(2), "{step}: {max}");
        }
        if width > 0 {
            assert_eq!(comparison.hours.width(), width, "{step} × {count}");
        }
    }
}

#[test]
fn times_between_which_nobody_came_are_there_if_there_is_room() {
    let record = |time| ClientRecord { time, ..records().remove(0) };
    let mut comparison = Comparison::new(None);
    comparison.add(&record(0));
    comparison.add(&record(600));
    assert_eq!(comparison.hours.buckets().len(), 11);
    // A clock that was wrong once does not hide the rest.
    comparison.add(&record(u64::MAX));
    assert_eq!(comparison.hours.buckets().len(), 3);
}

#[test]
fn a_list_is_alone_if_nobody_else_says_anything_against_the_client() {
    let (comparison, _) = compared(true);
    let zen = &comparison.lists["zen.example"];
    assert_eq!(
        (zen.listed, zen.not_listed, zen.timeouts, zen.errors, zen.pending, zen.muted),
        (2, 3, 1, 1, 1, 1)
    );
    assert_eq!((zen.alone, zen.decides), (1, Both { before: 1, after: 1 }));
    let other = &comparison.lists["bl.example"];
    assert_eq!((other.alone, other.decides), (0, Both { before: 1, after: 0 }));
    assert_eq!(comparison.lists["new.example"].decides, Both { before: 0, after: 1 });
}

#[test]
fn a_client_is_blamed_on_the_list_that_it_was_told_about() {
    let mut record = records().remove(7);
    let why = |record: &ClientRecord| Fate::of_record(record).why.unwrap();
    for (reply, list) in [
        (
            Some(
                "521 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.example (ref 7H3K9QTX2V)",
            ),
            "zen.example",
        ),
        (
            Some("550 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.example.org"),
            "zen.example.org",
        ),
        (Some("550 5.7.1 Service unavailable; client [192.0.2.1] blocked using another"), "bl.example"),
        (None, "bl.example"),
    ] {
        record.reply = reply.map(str::to_owned);
        record.lists[0].list = list.to_owned();
        if list == "bl.example" {
            record.lists[0].list = "zen.example".to_owned();
        }
        assert_eq!(why(&record), list, "{reply:?}");
    }
    // The first to answer, of two that weigh the same.
    record.reply = None;
    record.lists[0].score = record.lists[1].score;
    assert_eq!(why(&record), "zen.example");
    record.lists[0].answered_at = Some(1_000);
    assert_eq!(why(&record), "bl.example");
}
