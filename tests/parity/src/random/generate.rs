//! Drafts: clients and what they do, without what they hear.
//!
//! Postfix's timers count whole seconds of the wall clock, so clients come at whole seconds, and act early in one or
//! after something was said to them. Left out, because postscreen is known to do otherwise (`docs/deltas.md`): clients
//! that leave, or end their half, after they have talked early (`hang-up-while-asking`). Sessions of one address do not
//! overlap; a client whose first word could meet the greeting halfway does not speak then.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use fastrand::Rng;
use postscreen_scenario::{Client, HostKind, Scenario, Start, Step};

use super::policy::{once_in, one, policy, zones};
use super::words;

/// Between two words of a client, if nothing is said to it meanwhile.
pub(super) const GAP: Duration = Duration::from_millis(60);
/// So far into a second whatever happens at its begin is over.
const EARLY: Duration = Duration::from_millis(150);
const SECOND: Duration = Duration::from_secs(1);
/// The longest wait for the greeting that policies here have, and then some.
const PATIENCE: Duration = Duration::from_millis(2_150);
const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const ADDRESSES: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)),
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 2)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 130)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xa1)),
];

/// A story that nobody has heard yet.
pub(super) fn draft(rng: &mut Rng, about: String) -> Scenario {
    let together = once_in(rng, 3);
    let number = if together { rng.usize(2..=4) } else { rng.usize(1..=3) };
    let mut clients = BTreeMap::new();
    let mut addresses = ADDRESSES;
    rng.shuffle(&mut addresses);
    let mut at = Duration::ZERO;
    for (index, name) in NAMES.into_iter().take(number).enumerate() {
        let again = !together && index > 0 && !once_in(rng, 3);
        let from = if again { addresses[0] } else { addresses[index] };
        let script = script(rng, !again);
        let length = length(&script);
        clients.insert(name.to_owned(), Client { from, worker: None, start: Start::At(at), script });
        at += if together {
            SECOND * rng.u32(0..=1)
        } else {
            // Whole seconds; at least one between the end of this client and the next one.
            Duration::from_secs(length.as_secs() + u64::from(rng.bool())) + SECOND * 2
        };
    }
    Scenario {
        about,
        policy: policy(rng, &addresses),
        dns: zones(rng, &addresses),
        clients,
        hosts: HostKind::ALL.into(),
        ..Scenario::default()
    }
}

/// What a client does: it waits or talks early, talks, and ends in some way.
fn script(rng: &mut Rng, may_leave: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    if may_leave && once_in(rng, 8) {
        // A postscreen that has to start first has sent its teaser by then.
        steps.push(Step::Wait(EARLY + SECOND));
        steps.extend(end(rng));
        return steps;
    }
    if once_in(rng, 3) {
        steps.push(Step::Wait(EARLY));
        talk(rng, 1, &mut steps);
        steps.push(Step::Wait(PATIENCE));
    } else {
        steps.push(Step::Wait(PATIENCE));
    }
    let moves = rng.usize(1..=6);
    talk(rng, moves, &mut steps);
    if once_in(rng, 6) {
        steps.push(Step::Wait(SECOND));
        talk(rng, 2, &mut steps);
    }
    steps.push(Step::Wait(EARLY));
    steps.extend(end(rng));
    steps
}

fn end(rng: &mut Rng) -> Vec<Step> {
    match rng.u8(..4) {
        0 => vec![Step::End, Step::Wait(SECOND)],
        1 => vec![Step::Reset],
        2 => vec![Step::Close],
        _ => Vec::new(),
    }
}

/// Some moves: a line, several at once, or one in two pieces.
fn talk(rng: &mut Rng, moves: usize, steps: &mut Vec<Step>) {
    let mut number = 0;
    for _ in 0..moves {
        let together = one(rng, &[1, 1, 1, 1, 2, 3]);
        let bytes: Vec<u8> =
            (number..number + together).flat_map(|number| words::line(rng, number)).collect();
        number += together;
        let cut = if once_in(rng, 10) { rng.usize(..bytes.len()) } else { 0 };
        let (begin, rest) = bytes.split_at(cut);
        for piece in [begin, rest] {
            if !piece.is_empty() {
                steps.push(Step::Send(piece.to_vec()));
                steps.push(Step::Wait(GAP));
            }
        }
    }
}

/// How long a draft's client is there at most.
pub(super) fn length(script: &[Step]) -> Duration {
    script.iter().map(|step| if let Step::Wait(time) = step { *time } else { Duration::ZERO }).sum()
}
