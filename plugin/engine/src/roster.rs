//! Which sessions are open, over all workers of one host.
//!
//! postscreen is one process and knows it; Envoy has a worker per thread, each with a WebAssembly machine of its own,
//! and what they know together is in [`SharedData`](crate::SharedData):
//!
//! - per client: how many sessions it has open, the stamps that they share, and whether one of them logged `PASS NEW`
//!   ([`Member`]);
//! - over all clients: how many sessions are open and in transit, and whether that is stress ([`Worker`]).
//!
//! A worker can die without a word. So a count holds for [`LEASE_S`] seconds at most, and whoever is alive renews its
//! own every [`RENEW_EVERY_S`] seconds. What cannot be counted (the host fails, a bucket is full) is not counted, and a
//! client that is not counted stands alone: it is tested like any other, and no limit hits it.

mod bucket;
mod census;
mod member;
mod stress;

pub use bucket::{BUCKET_LEN_MAX, CLIENTS_PER_BUCKET, ENTRY_LEN};
pub use census::{CENSUS_LEN_MAX, Load, Reading, SLOT_LEN, SLOTS, Worker, totals};
pub use member::{Member, Standing};

/// A count that was not renewed for so long is stale and reads as zero, in seconds.
pub const LEASE_S: u64 = 60;
/// How often to renew, in seconds. The lease allows half of its time; the rest of that is for timers that run late.
pub const RENEW_EVERY_S: u64 = 20;

const _: () = assert!(RENEW_EVERY_S < LEASE_S / 2);

/// Unix time as it is stored: until 2106.
fn stored_time(unix: u64) -> u32 {
    u32::try_from(unix).unwrap_or(u32::MAX)
}
