//! Some clients' open sessions and passes, as bytes.
//!
//! ```text
//! bucket = version (1 byte) { entry }
//! entry  = IPv6 address or IPv4-mapped address (16 bytes), generation (4), sessions of it (4), of the one before (4),
//!          marks (1), passes (record), what open sessions share (record); big endian
//! record = expiry of each test (5 × 4), the lists that gave passes (4), the tests that they spared the client (1)
//! ```
//!
//! An entry lives as long as its client has a session open or a pass. At most [`PASSES_PER_BUCKET`] clients of a bucket
//! are remembered; of those without open sessions (of all, where all have some) the one whose last pass ends first
//! makes room. At most [`SESSIONS_PER_BUCKET`] clients with open sessions are counted, and these two do not take room
//! from each other: a crowd of strangers that is being screened makes nobody forget who has passed.
//!
//! Time is cut into generations of half a lease. A session is counted in the generation in which it last renewed, and
//! counts while that is the present one or the one before. So the counts of a crashed worker go away on their own,
//! however many other sessions the client opens meanwhile: a single lease per client would let a refused client that
//! keeps knocking keep its own stale count alive.

use super::{LEASE_S, stored_time};
use crate::record::{Record, Test, TestSet};
use std::net::IpAddr;

/// Clients with passes per bucket. Eight keep the overflow of a half-full table below one in a hundred.
pub const PASSES_PER_BUCKET: usize = 8;
/// Clients with open sessions per bucket. One more in the same bucket is not counted.
pub const SESSIONS_PER_BUCKET: usize = 8;
/// Bytes per client.
pub const ENTRY_LEN: usize = KEY_LEN + 3 * 4 + 1 + 2 * RECORD_LEN;
/// The most bytes of a bucket.
pub const BUCKET_LEN_MAX: usize = 1 + ENTRIES_MAX * ENTRY_LEN;

const ENTRIES_MAX: usize = PASSES_PER_BUCKET + SESSIONS_PER_BUCKET;
const KEY_LEN: usize = 16;
const RECORD_LEN: usize = 4 * Test::COUNT + 4 + 1;
const VERSION: u8 = 2;
const MARK_PASSES: u8 = 1;
const MARK_SHARED: u8 = 2;
const MARK_PASS_NEW: u8 = 4;

/// The generation at `unix`.
pub fn generation_at(unix: u64) -> u32 {
    stored_time(unix / (LEASE_S / 2))
}

/// The address of `client` as bytes that compare, IPv4 as IPv4-mapped.
pub(super) fn key_of(client: IpAddr) -> [u8; KEY_LEN] {
    match client {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

/// What is known of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientEntry {
    key: [u8; KEY_LEN],
    generation: u32,
    /// Sessions that last renewed in `generation`.
    present: u32,
    /// Sessions that last renewed in the generation before.
    previous: u32,
    marks: u8,
    passes: Record,
    shared: Record,
}

impl ClientEntry {
    fn new(key: [u8; KEY_LEN], generation: u32) -> Self {
        let (passes, shared) = (Record::default(), Record::default());
        Self { key, generation, present: 0, previous: 0, marks: 0, passes, shared }
    }

    /// How many sessions are open.
    pub fn sessions(&self) -> u32 {
        self.present.saturating_add(self.previous)
    }

    /// The generation in which a session that renews now is counted.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// What is remembered of the client.
    pub fn passes(&self) -> Option<Record> {
        (self.marks & MARK_PASSES != 0).then_some(self.passes)
    }

    /// The stamps that its open sessions share, once one of them has shared any.
    pub fn shared(&self) -> Option<Record> {
        (self.marks & MARK_SHARED != 0).then_some(self.shared)
    }

    /// The same in generation `now`, in which some sessions may be stale.
    pub fn shared_at(&self, now: u32) -> Option<Record> {
        let mut present = self.clone();
        present.advance(now);
        present.shared()
    }

    /// Lets the sessions share the stamps of `tests`, whatever they were; all of them when none are shared yet. Whether
    /// that changed any.
    pub fn share(&mut self, record: Record, tests: TestSet) -> bool {
        let Some(before) = self.shared() else {
            self.marks |= MARK_SHARED;
            self.shared = record;
            return true;
        };
        self.shared.adopt(tests, record);
        before != self.shared
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
        self.forget_what_sessions_shared();
    }

    /// Takes out a session that is counted in generation `counted`, unless that is stale.
    fn take(&mut self, counted: u32) {
        if counted == self.generation {
            self.present = self.present.saturating_sub(1);
        } else if counted.checked_add(1) == Some(self.generation) {
            self.previous = self.previous.saturating_sub(1);
        }
        self.forget_what_sessions_shared();
    }

    fn forget_what_sessions_shared(&mut self) {
        if self.sessions() == 0 {
            self.marks &= MARK_PASSES;
            self.shared = Record::default();
        }
    }

    fn is_empty(&self) -> bool {
        self.sessions() == 0 && self.passes().is_none()
    }
}

/// What it took to remember a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// It was remembered before.
    Renewed,
    /// It took a place that was free.
    Added,
    /// It took the place of another client, whose last pass would have ended, or has, at this Unix time.
    InPlaceOfAnother {
        /// In seconds.
        until: u32,
    },
}

/// Some clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket(Vec<ClientEntry>);

impl Bucket {
    /// Reads what [`Bucket::encode`] wrote. Anything else, such as another version's bucket or one that was cut short,
    /// reads as empty: its sessions are not counted, and its clients are tested again.
    pub fn decode(bytes: &[u8]) -> Self {
        let Some((&VERSION, entries)) = bytes.split_first() else { return Self::default() };
        if !entries.len().is_multiple_of(ENTRY_LEN) {
            return Self::default();
        }
        Self(entries.chunks_exact(ENTRY_LEN).take(ENTRIES_MAX).filter_map(decode_entry).collect())
    }

    /// The bucket as bytes; clients of whom nothing is known any more are left out.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.0.len() * ENTRY_LEN);
        bytes.push(VERSION);
        // What others have written may be fuller than anything from here.
        for entry in self.0.iter().filter(|entry| !entry.is_empty()).take(ENTRIES_MAX) {
            bytes.extend_from_slice(&entry.key);
            for number in [entry.generation, entry.present, entry.previous] {
                bytes.extend_from_slice(&number.to_be_bytes());
            }
            bytes.push(entry.marks);
            for record in [entry.passes, entry.shared] {
                let (lists, spared) = record.givers();
                for number in record.stamps().into_iter().chain([lists]) {
                    bytes.extend_from_slice(&number.to_be_bytes());
                }
                bytes.push(spared.bits());
            }
        }
        bytes
    }

    /// What is known of a client.
    pub fn find(&self, client: IpAddr) -> Option<&ClientEntry> {
        let key = key_of(client);
        self.0.iter().find(|entry| entry.key == key)
    }

    /// The same, to be changed.
    pub fn find_mut(&mut self, client: IpAddr) -> Option<&mut ClientEntry> {
        let key = key_of(client);
        self.0.iter_mut().find(|entry| entry.key == key)
    }

    /// Counts a session of a client in generation `now`, after taking it out of generation `counted` if it was counted
    /// there. `None`: all places are taken by clients with open sessions.
    pub fn enter(&mut self, client: IpAddr, counted: Option<u32>, now: u32) -> Option<&mut ClientEntry> {
        self.0.iter_mut().for_each(|entry| entry.advance(now));
        self.0.retain(|entry| !entry.is_empty());
        let key = key_of(client);
        let place = self.0.iter().position(|entry| entry.key == key);
        let is_open = |place: usize| self.0.get(place).is_some_and(|entry| entry.sessions() > 0);
        let open = self.0.iter().filter(|entry| entry.sessions() > 0).count();
        if !place.is_some_and(is_open) && open >= SESSIONS_PER_BUCKET {
            return None;
        }
        let place = place.unwrap_or_else(|| {
            self.0.push(ClientEntry::new(key, now));
            self.0.len() - 1
        });
        let entry = self.0.get_mut(place)?;
        if let Some(counted) = counted {
            // It is counted again at once: what its sessions share must not be forgotten in between.
            let (marks, shared) = (entry.marks, entry.shared);
            entry.take(counted);
            (entry.marks, entry.shared) = (marks, shared);
        }
        entry.present = entry.present.saturating_add(1);
        Some(entry)
    }

    /// Takes out a session that is counted in generation `counted`. Whether the client was there.
    pub fn leave(&mut self, client: IpAddr, counted: u32) -> bool {
        let entry = self.find_mut(client);
        let found = entry.is_some();
        if let Some(entry) = entry {
            entry.take(counted);
        }
        found
    }

    /// Remembers the passes of a client, in place of its old ones, or of those that end first when there are
    /// [`PASSES_PER_BUCKET`] already.
    pub fn remember(&mut self, client: IpAddr, record: Record) -> Remembered {
        let mut remembered = Remembered::Renewed;
        if self.find(client).and_then(ClientEntry::passes).is_none() {
            remembered = Remembered::Added;
            if self.0.iter().filter(|entry| entry.passes().is_some()).count() >= PASSES_PER_BUCKET {
                remembered = Remembered::InPlaceOfAnother { until: self.forget_one() };
            }
        }
        if self.find(client).is_none() {
            self.0.push(ClientEntry::new(key_of(client), 0));
        }
        if let Some(entry) = self.find_mut(client) {
            entry.marks |= MARK_PASSES;
            entry.passes = record;
        }
        remembered
    }

    /// Forgets the passes that end first, of a client without open sessions where there is one. When they end.
    fn forget_one(&mut self) -> u32 {
        let remembered = self.0.iter_mut().filter(|entry| entry.passes().is_some());
        let oldest = remembered.min_by_key(|entry| (entry.sessions() > 0, entry.passes.latest_expiry()));
        let passes = oldest.map(|entry| {
            entry.marks &= !MARK_PASSES;
            std::mem::take(&mut entry.passes)
        });
        self.0.retain(|entry| !entry.is_empty());
        passes.unwrap_or_default().latest_expiry()
    }
}

fn decode_entry(bytes: &[u8]) -> Option<ClientEntry> {
    let (&key, rest) = bytes.split_first_chunk::<KEY_LEN>()?;
    let (&generation, rest) = rest.split_first_chunk::<4>()?;
    let (&present, rest) = rest.split_first_chunk::<4>()?;
    let (&previous, rest) = rest.split_first_chunk::<4>()?;
    let (&marks, stamps) = rest.split_first()?;
    let (passes, shared) = stamps.split_at_checked(RECORD_LEN)?;
    Some(ClientEntry {
        key,
        generation: u32::from_be_bytes(generation),
        present: u32::from_be_bytes(present),
        previous: u32::from_be_bytes(previous),
        marks,
        passes: decode_record(passes),
        shared: decode_record(shared),
    })
}

fn decode_record(bytes: &[u8]) -> Record {
    let mut numbers =
        bytes.chunks_exact(4).map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap_or_default()));
    let stamps = std::array::from_fn(|_| numbers.next().unwrap_or_default());
    let lists = numbers.next().unwrap_or_default();
    let spared = bytes.last().copied().unwrap_or_default();
    Record::from_stamps(stamps).given_by(lists, TestSet::from_bits(spared))
}

#[cfg(test)]
mod tests;
