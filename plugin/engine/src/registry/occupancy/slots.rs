//! The value that the workers write their slots into.
//!
//! ```text
//! occupancy = version (1 byte), next worker number (4) { slot }
//! slot      = worker number (4), sessions (4), sessions in transit (4), written at, Unix seconds (4); big endian
//! ```

use super::{LEASE_S, Load};

/// The most workers that are counted. One more sees the others and its own sessions, and is not seen.
pub const SLOTS: usize = 256;
/// Bytes per worker.
pub const SLOT_LEN: usize = 16;
/// The most bytes of the value.
pub const OCCUPANCY_LEN_MAX: usize = HEAD_LEN + SLOTS * SLOT_LEN;

pub(super) const HEAD_LEN: usize = 5;
pub(super) const VERSION: u8 = 1;

/// The slots of all workers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SlotTable {
    pub next_number: u32,
    pub slots: Vec<Slot>,
}

/// One worker's sessions as it wrote them last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
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

impl SlotTable {
    /// Anything that [`SlotTable::encode`] did not write reads as empty.
    pub fn decode(bytes: &[u8]) -> Self {
        let Some((&[VERSION, a, b, c, d], slots)) = bytes.split_first_chunk::<HEAD_LEN>() else {
            return Self::default();
        };
        let next_number = u32::from_be_bytes([a, b, c, d]);
        let slots = slots.chunks_exact(SLOT_LEN).take(SLOTS).filter_map(decode_slot).collect();
        Self { next_number, slots }
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_LEN + self.slots.len() * SLOT_LEN);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.next_number.to_be_bytes());
        for slot in &self.slots {
            for number in [slot.number, slot.load.sessions, slot.load.in_transit, slot.written_at] {
                bytes.extend_from_slice(&number.to_be_bytes());
            }
        }
        bytes
    }

    /// Writes the slot of worker `number`, or claims one. The worker's number; `None`: all slots are taken.
    pub fn put(&mut self, number: Option<u32>, load: Load, now: u32) -> Option<u32> {
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

    /// Gives the slot of a worker up.
    pub fn remove(&mut self, number: u32) {
        self.slots.retain(|slot| slot.number != number);
    }

    /// The sum over all workers but one.
    pub fn totals(&self, now: u32, but: Option<u32>) -> Load {
        let fresh = self.slots.iter().filter(|slot| slot.is_fresh(now) && Some(slot.number) != but);
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
