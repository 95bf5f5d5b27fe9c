//! Some clients' open sessions, as bytes.
//!
//! ```text
//! bucket = version (1 byte) { entry }
//! entry  = IPv6 address or IPv4-mapped address (16 bytes), generation (4), sessions of it (4), of the one before (4),
//!          marks (1), stamp of each test (5 × 4); numbers are big endian
//! ```
//!
//! Time is cut into generations of half a lease. A session is counted in the generation in which it last renewed, and
//! counts while that is the present one or the one before. So the counts of a crashed worker go away on their own,
//! however many other sessions the client opens meanwhile: a single lease per client would let a refused client that
//! keeps knocking keep its own stale count alive.

use super::{LEASE_S, stored_time};
use crate::record::{Record, Test, TestSet};

/// Clients with open sessions per bucket. One more in the same bucket is not counted.
pub const CLIENTS_PER_BUCKET: usize = 8;
/// Bytes per client.
pub const ENTRY_LEN: usize = 16 + 4 + 4 + 4 + 1 + 4 * Test::COUNT;
/// The most bytes of a bucket.
pub const BUCKET_LEN_MAX: usize = 1 + CLIENTS_PER_BUCKET * ENTRY_LEN;

const VERSION: u8 = 1;
const MARK_SHARED: u8 = 1;
const MARK_PASS_NEW: u8 = 2;

/// The generation at `unix`.
pub fn generation_at(unix: u64) -> u32 {
    stored_time(unix / (LEASE_S / 2))
}

/// A client's open sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    key: [u8; 16],
    generation: u32,
    /// Sessions that last renewed in `generation`.
    present: u32,
    /// Sessions that last renewed in the generation before.
    previous: u32,
    marks: u8,
    record: Record,
}

impl Entry {
    /// How many sessions are open.
    pub fn sessions(&self) -> u32 {
        self.present.saturating_add(self.previous)
    }

    /// The generation in which a session that renews now is counted.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The stamps that the sessions share, once one of them has shared any.
    pub fn shared(&self) -> Option<Record> {
        (self.marks & MARK_SHARED != 0).then_some(self.record)
    }

    /// Lets the sessions share the stamps of `tests`, whatever they were; all of them when none are shared yet. Whether
    /// that changed any.
    pub fn share(&mut self, record: Record, tests: TestSet) -> bool {
        let Some(before) = self.shared() else {
            self.marks |= MARK_SHARED;
            self.record = record;
            return true;
        };
        for test in Test::ALL.into_iter().filter(|&test| tests.contains(test)) {
            self.record.set_expiry(test, u64::from(record.expiry(test)));
        }
        before != self.record
    }

    /// Marks that `PASS NEW` is logged. Whether it was not yet.
    pub fn claim_pass_new(&mut self) -> bool {
        let first = self.marks & MARK_PASS_NEW == 0;
        self.marks |= MARK_PASS_NEW;
        first
    }

    /// Forgets what is stale in generation `now`.
    fn advance(&mut self, now: u32) {
        if now.checked_sub(1) == Some(self.generation) {
            (self.generation, self.previous, self.present) = (now, self.present, 0);
        } else if now != self.generation && now.checked_add(1) != Some(self.generation) {
            // One generation ahead is a worker that read the clock a moment later. More than one is a clock that was
            // set back since.
            (self.generation, self.previous, self.present) = (now, 0, 0);
        }
    }

    /// Takes out a session that is counted in generation `counted`, unless that is stale.
    fn take(&mut self, counted: u32) {
        if counted == self.generation {
            self.present = self.present.saturating_sub(1);
        } else if counted.checked_add(1) == Some(self.generation) {
            self.previous = self.previous.saturating_sub(1);
        }
    }
}

/// Some clients' open sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket(Vec<Entry>);

impl Bucket {
    /// Reads what [`Bucket::encode`] wrote. Anything else reads as empty: its sessions are not counted.
    pub fn decode(bytes: &[u8]) -> Self {
        let Some((&VERSION, entries)) = bytes.split_first() else { return Self::default() };
        if !entries.len().is_multiple_of(ENTRY_LEN) {
            return Self::default();
        }
        Self(entries.chunks_exact(ENTRY_LEN).take(CLIENTS_PER_BUCKET).filter_map(decode_entry).collect())
    }

    /// The bucket as bytes; clients without an open session are left out.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.0.len() * ENTRY_LEN);
        bytes.push(VERSION);
        for entry in self.0.iter().filter(|entry| entry.sessions() > 0) {
            bytes.extend_from_slice(&entry.key);
            for number in [entry.generation, entry.present, entry.previous] {
                bytes.extend_from_slice(&number.to_be_bytes());
            }
            bytes.push(entry.marks);
            for stamp in entry.record.stamps() {
                bytes.extend_from_slice(&stamp.to_be_bytes());
            }
        }
        bytes
    }

    /// The open sessions of a client.
    pub fn find(&mut self, key: [u8; 16]) -> Option<&mut Entry> {
        self.0.iter_mut().find(|entry| entry.key == key)
    }

    /// Counts a session of a client in generation `now`, after taking it out of generation `counted` if it was counted
    /// there. `None`: all places are taken by clients with open sessions.
    pub fn enter(&mut self, key: [u8; 16], counted: Option<u32>, now: u32) -> Option<&Entry> {
        for entry in &mut self.0 {
            entry.advance(now);
        }
        self.0.retain(|entry| entry.sessions() > 0);
        let place = match self.0.iter().position(|entry| entry.key == key) {
            Some(place) => place,
            None if self.0.len() < CLIENTS_PER_BUCKET => {
                let record = Record::default();
                self.0.push(Entry { key, generation: now, present: 0, previous: 0, marks: 0, record });
                self.0.len() - 1
            }
            None => return None,
        };
        let entry = self.0.get_mut(place)?;
        if let Some(counted) = counted {
            entry.take(counted);
        }
        entry.present = entry.present.saturating_add(1);
        Some(entry)
    }

    /// Takes out a session that is counted in generation `counted`. Whether the client was there.
    pub fn leave(&mut self, key: [u8; 16], counted: u32) -> bool {
        let entry = self.find(key);
        let found = entry.is_some();
        if let Some(entry) = entry {
            entry.take(counted);
        }
        found
    }
}

fn decode_entry(bytes: &[u8]) -> Option<Entry> {
    let (&key, rest) = bytes.split_first_chunk::<16>()?;
    let (&generation, rest) = rest.split_first_chunk::<4>()?;
    let (&present, rest) = rest.split_first_chunk::<4>()?;
    let (&previous, rest) = rest.split_first_chunk::<4>()?;
    let (&marks, stamps) = rest.split_first()?;
    let mut record = [0; Test::COUNT];
    for (stamp, bytes) in record.iter_mut().zip(stamps.chunks_exact(4)) {
        *stamp = u32::from_be_bytes(bytes.try_into().ok()?);
    }
    Some(Entry {
        key,
        generation: u32::from_be_bytes(generation),
        present: u32::from_be_bytes(present),
        previous: u32::from_be_bytes(previous),
        marks,
        record: Record::from_stamps(record),
    })
}

#[cfg(test)]
mod tests;
