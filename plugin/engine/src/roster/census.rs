//! How many sessions are open over all workers.
//!
//! ```text
//! census = version (1 byte), stress (1), next worker number (4) { slot }
//! slot   = worker number (4), sessions (4), sessions in transit (4), written at, Unix seconds (4); big endian
//! ```
//!
//! All slots are in one value, `postscreen.census`. A worker writes when a session opens or ends, and what it fetches
//! for that holds the slots of all others, so the totals cost no host call beyond the write: two calls per change, with
//! 16 bytes per worker. A key per worker would need as many reads as there are workers for each new connection. Workers
//! that write at once collide and try again; since a slot holds a number and not a difference, a write that is given up
//! is mended by the next one. The stress flag is in the same value, so the write that crosses a threshold also flips
//! the flag, and nobody else does.

use super::stress::{announcement, is_stressed};
use super::{LEASE_S, stored_time};
use crate::shared::{self, SharedData};

/// The most workers that are counted. One more sees the others and its own sessions, and is not seen.
pub const SLOTS: usize = 256;
/// Bytes per worker.
pub const SLOT_LEN: usize = 16;
/// The most bytes of the census.
pub const CENSUS_LEN_MAX: usize = HEAD_LEN + SLOTS * SLOT_LEN;

const HEAD_LEN: usize = 6;
const VERSION: u8 = 1;
const KEY: &str = "postscreen.census";

/// Sessions, of one worker or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Open sessions, those in transit included.
    pub sessions: u32,
    /// Sessions on their way to the mail server.
    pub in_transit: u32,
}

impl Load {
    fn plus(self, other: Self) -> Self {
        Self {
            sessions: self.sessions.saturating_add(other.sessions),
            in_transit: self.in_transit.saturating_add(other.in_transit),
        }
    }
}

/// What a worker learns when it reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Over all workers.
    pub totals: Load,
    /// Whether timers that start now start under stress.
    pub stressed: bool,
    /// The log line of a change that this report made.
    pub announcement: Option<String>,
}

/// One worker's slot. It is claimed with the first report.
#[derive(Debug, Default)]
pub struct Worker {
    /// The number is never given to two workers, so a worker whose slot was given away while it slept finds that out.
    number: Option<u32>,
}

impl Worker {
    /// Reports the sessions of this worker: on every change, and every [`RENEW_EVERY_S`](super::RENEW_EVERY_S) seconds
    /// while there are any. `pre_queue_limit` is the limit that stress is measured by (0: none).
    ///
    /// A worker whose host cannot tell knows only its own sessions, and no stress.
    pub fn report<S: SharedData>(
        &mut self,
        shared: &S,
        load: Load,
        pre_queue_limit: u32,
        now_unix: u64,
    ) -> Reading {
        let now = stored_time(now_unix);
        let mut reading = Reading { totals: load, stressed: false, announcement: None };
        let written = shared::update(shared, KEY, |bytes| {
            let mut census = Census::decode(bytes);
            let number = census.put(self.number, load, now);
            let unseen = if number.is_some() { Load::default() } else { load };
            let totals = census.totals(now).plus(unseen);
            let stressed = is_stressed(census.stressed, totals.sessions, pre_queue_limit);
            let flipped = stressed != std::mem::replace(&mut census.stressed, stressed);
            (reading.totals, reading.stressed) = (totals, stressed);
            (Some(census.encode()), (number, flipped))
        });
        if let Some((number, flipped)) = written {
            self.number = number;
            reading.announcement = flipped.then(|| announcement(reading.stressed, reading.totals.sessions));
        }
        reading
    }
}

/// The totals over all workers as last reported, for one fetch. A host that cannot tell counts nobody.
pub fn totals<S: SharedData>(shared: &S, now_unix: u64) -> Load {
    let stored = shared.fetch(KEY).ok().flatten();
    stored.map(|(bytes, _)| Census::decode(&bytes).totals(stored_time(now_unix))).unwrap_or_default()
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Census {
    stressed: bool,
    next_number: u32,
    slots: Vec<Slot>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Slot {
    number: u32,
    load: Load,
    written_at: u32,
}

impl Slot {
    /// A time far ahead is from before the clock was set back.
    fn is_fresh(&self, now: u32) -> bool {
        u64::from(self.written_at.abs_diff(now)) <= LEASE_S
    }
}

impl Census {
    /// Anything that [`Census::encode`] did not write reads as empty.
    fn decode(bytes: &[u8]) -> Self {
        let Some((&[VERSION, stressed, a, b, c, d], slots)) = bytes.split_first_chunk::<HEAD_LEN>() else {
            return Self::default();
        };
        let next_number = u32::from_be_bytes([a, b, c, d]);
        let slots = slots.chunks_exact(SLOT_LEN).take(SLOTS).filter_map(decode_slot).collect();
        Self { stressed: stressed != 0, next_number, slots }
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_LEN + self.slots.len() * SLOT_LEN);
        bytes.extend([VERSION, u8::from(self.stressed)]);
        bytes.extend_from_slice(&self.next_number.to_be_bytes());
        for slot in &self.slots {
            for number in [slot.number, slot.load.sessions, slot.load.in_transit, slot.written_at] {
                bytes.extend_from_slice(&number.to_be_bytes());
            }
        }
        bytes
    }

    /// Writes the slot of worker `number`, or claims one. The worker's number; `None`: all slots are taken.
    fn put(&mut self, number: Option<u32>, load: Load, now: u32) -> Option<u32> {
        if let Some(slot) = self.slots.iter_mut().find(|slot| Some(slot.number) == number) {
            (slot.load, slot.written_at) = (load, now);
            return number;
        }
        self.slots.retain(|slot| slot.is_fresh(now));
        if self.slots.len() >= SLOTS {
            return None;
        }
        let number = self.next_number;
        self.next_number = number.wrapping_add(1);
        self.slots.push(Slot { number, load, written_at: now });
        Some(number)
    }

    fn totals(&self, now: u32) -> Load {
        let fresh = self.slots.iter().filter(|slot| slot.is_fresh(now));
        fresh.fold(Load::default(), |sum, slot| sum.plus(slot.load))
    }
}

fn decode_slot(bytes: &[u8]) -> Option<Slot> {
    let mut numbers = [0; SLOT_LEN / 4];
    for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(4)) {
        *number = u32::from_be_bytes(bytes.try_into().ok()?);
    }
    let [number, sessions, in_transit, written_at] = numbers;
    Some(Slot { number, load: Load { sessions, in_transit }, written_at })
}

#[cfg(test)]
mod tests;
