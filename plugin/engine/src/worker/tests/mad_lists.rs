//! With every list of ten gone mad in turn, in each way that is known: nobody polite is refused, and as many zombies
//! are as the nine others justify. When the list is sane again, it counts again.

mod clients;
mod dns;
mod world;

use crate::policy::Policy;
use clients::{CLIENTS, LISTS, SITES, THRESHOLD, is_to_be_refused, is_zombie};
use dns::{Dns, Way};
use std::ops::Range;
use std::sync::Arc;
use world::World;

/// Two come at a time, so often.
const PAIR_EVERY: u64 = 800;
/// When the list is sane again: the last of them has been decided about.
const SANE_AT: u64 = CLIENTS as u64 / 2 * PAIR_EVERY + 10_000;
/// Who comes then, one at a time, so often.
const LATER_CLIENTS: Range<u16> = CLIENTS..CLIENTS + 200;
const LATER_EVERY: u64 = 5_000;

/// What comes of a way of being mad. Times are in milliseconds.
#[derive(Debug)]
struct Expected {
    way: Way,
    /// When the list is muted, if it is.
    muted: Option<Range<u64>>,
    /// How long after it is sane again it is well again, at most.
    well_after: u64,
    /// Lines of the log that name the list: each change once.
    lines: usize,
}

/// A list that lists everybody is known by one check. One that is in trouble is worth nothing by itself, and muted by
/// the second check a minute later; where it is silent, each of the two takes 10 s to be sure. One that lists nobody
/// harms nobody, and a slow one tells the truth: both count as ever, and a client that the slow one has is refused only
/// where the others are enough, because its answer comes after the wait.
const EXPECTED: [Expected; 7] = [
    Expected { way: Way::ListsAll, muted: Some(100..300), well_after: 455_000, lines: 2 },
    Expected { way: Way::ListsNone, muted: None, well_after: 0, lines: 1 },
    Expected { way: Way::Servfail, muted: Some(60_000..61_000), well_after: 250_000, lines: 2 },
    Expected { way: Way::Silent, muted: Some(80_000..81_000), well_after: 260_000, lines: 2 },
    Expected { way: Way::ErrorCode, muted: Some(60_000..61_000), well_after: 250_000, lines: 2 },
    Expected { way: Way::ParkedPage, muted: Some(60_000..61_000), well_after: 250_000, lines: 2 },
    Expected { way: Way::Slow, muted: None, well_after: 0, lines: 0 },
];

const ALL_ASKED: &str = "";
/// As few questions as it takes, and a verdict as soon as it is certain.
const FRUGAL: &str = r#""dnsbl_frugal_enable": true, "dnsbl_early_verdict_enable": true,"#;

#[test]
fn a_list_lists_everybody() {
    goes_mad(Way::ListsAll);
}

#[test]
fn a_list_lists_nobody() {
    goes_mad(Way::ListsNone);
}

#[test]
fn a_list_answers_servfail() {
    goes_mad(Way::Servfail);
}

#[test]
fn a_list_is_silent() {
    goes_mad(Way::Silent);
}

#[test]
fn a_list_answers_that_it_was_asked_through_a_public_resolver() {
    goes_mad(Way::ErrorCode);
}

#[test]
fn a_list_has_become_a_parked_web_page() {
    goes_mad(Way::ParkedPage);
}

#[test]
fn a_list_takes_longer_than_clients_wait() {
    goes_mad(Way::Slow);
}

/// Each list is mad in this way, from the start. With half of them there are two workers.
fn goes_mad(way: Way) {
    let expected = EXPECTED.iter().find(|expected| expected.way == way).unwrap();
    for list in 0..LISTS {
        is_mad_from_the_start(ALL_ASKED, expected, list, 1 + list % 2);
    }
    // A heavy one, and the allowlist.
    for (list, workers) in [(9, 2), (3, 1)] {
        is_mad_from_the_start(FRUGAL, expected, list, workers);
    }
}

fn is_mad_from_the_start(settings: &str, expected: &Expected, list: usize, workers: usize) {
    let case = format!("list {list}, {workers} workers, {settings} {:?}", expected.way);
    let dns = Dns { list, way: expected.way, mad: 0..SANE_AT };
    let mut world = World::new(&policy(settings), dns, workers);
    world.expect((0..CLIENTS).map(|client| (client, u64::from(client / 2) * PAIR_EVERY)));
    let later = |client: u16| SANE_AT + u64::from(client - LATER_CLIENTS.start) * LATER_EVERY;
    world.expect(LATER_CLIENTS.map(|client| (client, later(client))));
    world.play();

    let (muted, well_at) = match world.mutings[..] {
        [] => (None, SANE_AT),
        [(muted_at, true), (well_at, false)] => (Some(muted_at), well_at),
        ref other => panic!("{case}: {other:?}"),
    };
    assert_eq!(muted.is_some(), expected.muted.is_some(), "{case}: {muted:?}");
    assert!(muted.is_none_or(|at| expected.muted.as_ref().unwrap().contains(&at)), "{case}: {muted:?}");
    assert!((SANE_AT..=SANE_AT + expected.well_after).contains(&well_at), "{case}: {well_at}");
    assert_eq!(world.lines.len(), expected.lines, "{case}: {:?}", world.lines);
    let names_it = |line: &String| line.contains(&format!("list list{list}.test "));
    assert!(world.lines.iter().all(names_it), "{case}: {:?}", world.lines);

    assert_eq!(world.ends.len(), usize::from(LATER_CLIENTS.end), "{case}: everybody has a verdict");
    let mut decided_by_it = 0;
    for (&client, end) in &world.ends {
        // Who waits while the list gets well again may be judged with it or without it.
        let is_sure = end.came_at >= well_at || end.at < well_at;
        let without = Some(list).filter(|_| end.came_at < well_at);
        let justified = is_to_be_refused(client, without);
        assert!(!is_sure || end.refused == justified, "{case}: client {client}, {end:?}");
        assert!(is_zombie(client) || !end.refused, "{case}: polite client {client}, {end:?}");
        let is_decided_by_it = is_to_be_refused(client, Some(list)) != is_to_be_refused(client, None);
        decided_by_it += u32::from(end.came_at >= well_at && is_decided_by_it);
    }
    assert!(decided_by_it > 0, "{case}: it counts again, and for somebody");
}

/// Nobody has been on the list for a minute when it begins to list everybody: the first whom it lists makes a worker
/// look at it, which is over before that client has waited for its turn. With early verdicts the client waits for it.
#[test]
fn a_list_begins_to_list_everybody_after_a_quiet_minute() {
    let (mad_from, quiet) = (200_000, 140_000..200_000);
    for list in 0..LISTS {
        // Of those that are asked frugally, a heavy one and the allowlist.
        let runs = if [3, 9].contains(&list) { 2 } else { 1 };
        for (settings, workers) in [(ALL_ASKED, 1 + list % 2), (FRUGAL, 2 - list / 9)].into_iter().take(runs)
        {
            let world = goes_mad_at(mad_from, quiet.clone(), settings, list, workers);
            let case = format!("list {list}, {workers} workers, {settings}");
            let [(muted_at, true)] = world.mutings[..] else { panic!("{case}: {:?}", world.mutings) };
            assert!((mad_from..mad_from + 5_000).contains(&muted_at), "{case}: {muted_at}");
            for (&client, end) in &world.ends {
                let without = Some(list).filter(|_| end.at >= mad_from);
                assert_eq!(
                    end.refused,
                    is_to_be_refused(client, without),
                    "{case}: client {client}, {end:?}"
                );
            }
        }
    }
}

/// One that has just been looked at is looked at again a minute later. Until then nobody can know better.
#[test]
fn a_list_that_begins_to_list_everybody_is_muted_within_a_minute() {
    let mad_from = 200_000;
    for (settings, list) in [(ALL_ASKED, 0), (ALL_ASKED, 3), (ALL_ASKED, 4), (FRUGAL, 9), (FRUGAL, 3)] {
        let world = goes_mad_at(mad_from, 0..0, settings, list, 2);
        let case = format!("list {list}, {settings}");
        let [(muted_at, true)] = world.mutings[..] else { panic!("{case}: {:?}", world.mutings) };
        assert!((mad_from..mad_from + 62_000).contains(&muted_at), "{case}: {muted_at}");
        for (&client, end) in &world.ends {
            // What one worker has found out the other one knows a second later.
            let is_sure = end.at < mad_from || end.at > muted_at + 1_000;
            let justified = is_to_be_refused(client, Some(list).filter(|_| end.at >= mad_from));
            assert!(!is_sure || end.refused == justified, "{case}: client {client}, {end:?}");
        }
    }
}

/// From some time on, a list lists everybody. There is a time in which nobody comes.
fn goes_mad_at(mad_from: u64, quiet: Range<u64>, settings: &str, list: usize, workers: usize) -> World {
    let dns = Dns { list, way: Way::ListsAll, mad: mad_from..u64::MAX };
    let mut world = World::new(&policy(settings), dns, workers);
    let times = (0..).map(|pair| pair * PAIR_EVERY).filter(|at| !quiet.contains(at));
    world.expect((0..CLIENTS).zip(times.flat_map(|at| [at, at])));
    world.play();
    world
}

fn policy(settings: &str) -> Arc<Policy> {
    let sites = SITES.map(|(site, _)| format!("{site:?}")).join(", ");
    let json = format!(
        r#"{{{settings} "dnsbl_sites": [{sites}], "dnsbl_threshold": {THRESHOLD}, "dnsbl_action": "drop",
            "dnsbl_allowlist_threshold": -1}}"#
    );
    Arc::new(Policy::parse(json.as_bytes()).unwrap())
}
