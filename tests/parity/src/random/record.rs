//! From a draft to a story: what everybody saw in the engine becomes what everybody must see.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use envoy_sim::virtual_time::Order;
use postscreen_scenario::{Backend, Client, Scenario, Start, Step};
use virtual_player::{FIRST_PORT, Heard, Played, Sound};

use super::generate::{GAP, length};
use crate::native;

/// A draft that goes another way when it begins so far into a second is about that, not about clients.
const LATER: Duration = Duration::from_millis(450);
/// Sessions that reach the mail server closer to each other than this may come in any order.
const ORDER_MIN: Duration = Duration::from_millis(500);
/// What the mail server of every story says first.
const SERVED: &[u8] = b"220 mx.test ESMTP\r\n";
const TEASER: &[u8] = b"220-";
/// Its line is one of our own words (`docs/deltas.md`, `lookup-errors-once-a-minute`).
const LOOKUP_ERROR: &str = "warning: dnsblog_query: ";

/// The story that a draft is; nothing when it hangs on fractions of a second, or on which of two lists is faster.
pub(super) fn record(draft: &Scenario) -> Result<Option<Scenario>> {
    let mut story = draft.clone();
    let heard = native::player().play(draft).heard;
    let alone = one_by_one(draft);
    for (name, client) in &mut story.clients {
        client.script = script(&client.script, heard.get(name).map_or(&[], Vec::as_slice), alone);
    }
    // Answers have made it shorter: now it is heard once more, as it will be.
    let played = native::player().play(&story);
    let Played { transcript, heard, .. } = &played;
    ensure!(transcript.refused.is_none(), "a draft's policy is refused: {:?}", transcript.refused);
    let later = native::player().behind(LATER).play(&story);
    let same = transcript.log == later.transcript.log && *heard == later.heard;
    if !same || !in_order(&story, heard) || hangs_on_the_first_list(&story, &played) {
        return Ok(None);
    }
    story.backend = Some(match transcript.backend.as_slice() {
        [] => Backend::Untouched,
        names => Backend::Sessions(names.to_vec()),
    });
    story.log = Some(log(draft, &played));
    let found = native::differences(&story, None);
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    ensure!(found.is_empty(), "a story is not what its draft was:\n{}\n{story:#?}", found.join("\n"));
    Ok(Some(story))
}

/// Whether it matters which list answers first. Of two that weigh the same the faster one is named, and on a wire
/// nobody can say which that is.
fn hangs_on_the_first_list(story: &Scenario, played: &Played) -> bool {
    let sorted = |played: &Played| {
        let mut lines = played.transcript.log.clone();
        lines.sort_unstable();
        lines
    };
    let other = native::player().order(Order::LastFirst).play(story);
    other.heard != played.heard || sorted(&other) != sorted(played)
}

/// Whether every client comes when the one before it is gone. Otherwise Postfix's timers are too rough for a look at
/// the watch (`exact-timers`).
fn one_by_one(draft: &Scenario) -> bool {
    let mut end = Duration::ZERO;
    draft.clients.values().all(|client| {
        let Start::At(start) = client.start else { return false };
        let before = std::mem::replace(&mut end, start + length(&client.script));
        start >= before
    })
}

/// Whether the mail server gets sessions one after the other.
fn in_order(draft: &Scenario, heard: &BTreeMap<String, Vec<Heard>>) -> bool {
    let start = |client: &Client| match client.start {
        Start::At(time) => time,
        Start::After { .. } => Duration::ZERO,
    };
    let served = Sound::Bytes(SERVED.to_vec());
    let mut times: Vec<Duration> = heard
        .iter()
        .filter_map(|(name, heard)| {
            let at = heard.iter().find(|heard| heard.sound == served)?.at;
            Some(start(draft.clients.get(name)?) + at)
        })
        .collect();
    times.sort_unstable();
    times.windows(2).all(|pair| pair[1].saturating_sub(pair[0]) >= ORDER_MIN)
}

/// The steps of a draft, and between them what was heard. A word of the server ends the gap before the next
/// step. What is heard in the moment of a step is its answer: words of clients keep away from other moments.
/// `timed` adds when it was heard, if that was not at once.
fn script(draft: &[Step], heard: &[Heard], timed: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut now = Duration::ZERO;
    let mut heard = heard.iter().peekable();
    for step in draft {
        let Step::Wait(wait) = step else {
            steps.push(step.clone());
            continue;
        };
        let end = now + *wait;
        let mut answered = false;
        while let Some(Heard { at, sound }) = heard.next_if(|heard| heard.at < end) {
            let waited = *at > now;
            now = *at;
            match sound {
                Sound::Bytes(bytes) if bytes.starts_with(TEASER) => continue,
                Sound::Bytes(bytes) => hear(&mut steps, bytes, waited),
                Sound::Closed => steps.push(Step::Closed),
            }
            answered = true;
            if waited && timed {
                steps.push(Step::Elapsed(now));
            }
            if *sound == Sound::Closed {
                return steps;
            }
        }
        let rest = end.saturating_sub(now);
        let ended = answered && *wait == GAP;
        if !rest.is_zero() && !ended {
            steps.push(Step::Wait(rest));
        }
        now = end;
    }
    steps
}

/// Words that come together are one.
fn hear(steps: &mut Vec<Step>, bytes: &[u8], waited: bool) {
    match steps.last_mut() {
        Some(Step::Expect(before)) if !waited => before.extend_from_slice(bytes),
        _ => steps.push(Step::Expect(bytes.to_vec())),
    }
}

/// The log in the words of stories.
fn log(draft: &Scenario, played: &Played) -> Vec<String> {
    let lines = played.transcript.log.iter().filter(|line| !line.starts_with(LOOKUP_ERROR));
    lines
        .map(|line| {
            let mut line = line.clone();
            for (port, client) in (FIRST_PORT..).zip(draft.clients.values()) {
                let from = client.from;
                line = line.replace(&format!("[{from}]:{port}"), &format!("[{from}]:PORT"));
                line = line.replace(&format!("[{from}]{port}:"), &format!("[{from}]PORT:"));
            }
            for server in ["[198.51.100.25]:25", "[2001:db8::25]:25"] {
                if let Some(begin) = line.strip_suffix(server) {
                    line = format!("{begin}[SERVER]:25");
                }
            }
            line
        })
        .collect()
}

#[cfg(test)]
mod tests;
