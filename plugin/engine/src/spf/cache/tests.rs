use super::*;
use crate::dns::{Answer, Kind, Record};

const HOUR: u32 = 3_600;

fn question(name: &str) -> Question {
    Question { name: name.parse().unwrap(), kind: Kind::A }
}

fn found(last: u8, ttl: u32) -> Found {
    let records = vec![Record::A([203, 0, 113, last].into())];
    Found::answered(Kind::A, &Answer { records, exists: true, ttl })
}

fn at(seconds: u64) -> Instant {
    Instant::from_millis(seconds * 1_000)
}

/// What is known of `a.test`, and whether it is due.
fn look(cache: &Cache, seconds: u64) -> (Option<Found>, bool) {
    let view = cache.at(at(seconds));
    let found = view.get(&question("a.test")).cloned();
    let due = view.due();
    assert!(due.is_empty() || due == [question("a.test")]);
    (found, !due.is_empty())
}

#[test]
fn an_answer_is_used_and_due_in_its_last_tenth() {
    let mut cache = Cache::default();
    assert_eq!(look(&cache, 0), (None, false));
    assert!(cache.is_due(&question("a.test"), at(0)));
    cache.put(question("a.test"), found(1, HOUR), at(1_000));
    let end = 1_000 + u64::from(HOUR);
    for (seconds, due) in
        [(1_000, false), (end - 361, false), (end - 360, true), (end, true), (end + 50_000, true)]
    {
        assert_eq!(look(&cache, seconds), (Some(found(1, HOUR)), due), "at {seconds} s");
        assert_eq!(cache.is_due(&question("a.test"), at(seconds)), due);
    }
    let gone = end + STALE_MAX.as_secs();
    assert!(look(&cache, gone - 1).0.is_some());
    assert_eq!(look(&cache, gone), (None, false));
}

#[test]
fn the_time_of_an_answer_has_a_floor_and_a_ceiling() {
    for (ttl, expected) in
        [(0, 60), (59, 60), (60, 60), (61, 61), (86_399, 86_399), (86_400, 86_400), (u32::MAX, 86_400)]
    {
        let mut cache = Cache::default();
        cache.put(question("a.test"), found(1, ttl), at(0));
        let gone = expected + STALE_MAX.as_secs();
        assert!(look(&cache, gone - 1).0.is_some(), "{ttl}");
        assert!(look(&cache, gone).0.is_none(), "{ttl}");
        assert!(!look(&cache, expected * 9 / 10 - 1).1, "{ttl}");
        assert!(look(&cache, expected * 9 / 10 + 1).1, "{ttl}");
    }
}

#[test]
fn a_failure_holds_for_a_short_time() {
    let mut cache = Cache::default();
    cache.put(question("a.test"), Found::failed(), at(100));
    assert_eq!(look(&cache, 129), (Some(Found::failed()), false));
    assert_eq!(look(&cache, 130), (None, false), "to be asked again");
    cache.put(question("a.test"), found(1, HOUR), at(130));
    assert_eq!(look(&cache, 130).0, Some(found(1, HOUR)));
}

#[test]
fn a_failure_leaves_a_good_answer_where_it_is() {
    let mut cache = Cache::default();
    cache.put(question("a.test"), found(1, HOUR), at(0));
    let due = u64::from(HOUR) * 9 / 10;
    cache.put(question("a.test"), Found::failed(), at(due));
    assert_eq!(look(&cache, due + 29), (Some(found(1, HOUR)), false), "nobody asks in a loop");
    assert_eq!(look(&cache, due + 30), (Some(found(1, HOUR)), true));
    let gone = u64::from(HOUR) + STALE_MAX.as_secs();
    cache.put(question("a.test"), Found::failed(), at(gone - 1));
    assert_eq!(look(&cache, gone - 1).0, Some(found(1, HOUR)));
    cache.put(question("a.test"), Found::failed(), at(gone));
    assert_eq!(look(&cache, gone).0, Some(Found::failed()), "too old to be good");
}

#[test]
fn a_newer_answer_replaces_an_older_one() {
    let mut cache = Cache::default();
    cache.put(question("a.test"), found(1, HOUR), at(0));
    cache.put(question("a.test"), found(2, HOUR), at(5));
    assert_eq!((look(&cache, 5).0, cache.len()), (Some(found(2, HOUR)), 1));
    let nothing = Found::answered(Kind::A, &Answer { records: vec![], exists: false, ttl: HOUR });
    cache.put(question("a.test"), nothing.clone(), at(6));
    assert_eq!(look(&cache, 6).0, Some(nothing), "that a name is gone is an answer");
}

#[test]
fn an_answer_is_due_once_however_often_it_is_used() {
    let mut cache = Cache::default();
    cache.put(question("a.test"), found(1, 60), at(0));
    cache.put(question("b.test"), found(1, HOUR), at(0));
    let view = cache.at(at(60));
    for name in ["a.test", "a.test", "b.test", "a.test"] {
        assert!(view.get(&question(name)).is_some());
    }
    assert_eq!(view.due(), [question("a.test")]);
}

#[test]
fn what_was_used_least_lately_makes_room() {
    let mut cache = Cache::default();
    assert!(cache.is_empty());
    let name = |index: usize| question(&format!("n{index}.test"));
    for index in 0..ANSWERS_MAX {
        cache.put(name(index), found(1, HOUR), at(0));
        assert_eq!(cache.len(), index + 1);
    }
    assert!(cache.at(at(0)).get(&name(0)).is_some());
    cache.put(question("one.more.test"), found(1, HOUR), at(0));
    assert_eq!(cache.len(), ANSWERS_MAX);
    let view = cache.at(at(0));
    assert!(view.get(&name(0)).is_some(), "it has just been used");
    assert!(view.get(&name(1)).is_none());
    assert!(view.get(&name(2)).is_some());
    assert!(view.get(&question("one.more.test")).is_some());
}

#[test]
fn memory_has_a_limit_of_its_own() {
    let mut cache = Cache::default();
    let text = format!("v=spf1 {}", "a ".repeat(2_000));
    let answer = Answer { records: vec![Record::Txt(text.into())], exists: true, ttl: HOUR };
    let large = Found::answered(Kind::Txt, &answer);
    let fit = BYTES_MAX / (large.size() + 300);
    assert!((4..ANSWERS_MAX).contains(&fit), "{fit}");
    for index in 0..3 * fit {
        let name = format!("n{index}.test").parse().unwrap();
        cache.put(Question { name, kind: Kind::Txt }, large.clone(), at(0));
        assert!(cache.bytes <= BYTES_MAX);
    }
    assert!((fit..=fit + 1).contains(&cache.len()), "{} of {fit}", cache.len());
    let sum: usize = cache.entries.values().map(|entry| entry.size).sum();
    assert_eq!(cache.bytes, sum);
}
