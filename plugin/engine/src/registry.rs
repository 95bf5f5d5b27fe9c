//! What all workers of one host know of clients: who has sessions open, and who has passed (the temporary allowlist,
//! postscreen's cache).
//!
//! postscreen is one process and knows it; Envoy has a worker per thread, each with a WebAssembly machine of its own,
//! and what they know together is in [`SharedData`]:
//!
//! | key | holds | written |
//! | --- | --- | --- |
//! | `postscreen.clients.N` | a [`bucket`]: some clients' open sessions and passes | when a session opens, settles,
//! ends |
//! | `postscreen.occupancy` | how many sessions each worker has ([`Occupancy`]) | a few times a second at most |
//! | `postscreen.key` | the key of the hash that chooses N ([`HashKey`]) | once |
//! | `postscreen.stress.LIMIT` | whether `STRESS` was announced last for this `pre_queue_limit` | when that changes |
//! | `postscreen.lists` | how the lists are ([`crate::watch`]) | when one is checked |
//! | `postscreen.warned.LIST` | when a line about this list was last written | once a minute |
//!
//! Shared data neither expires nor deletes, so the number of keys is bounded by construction: the buckets are
//! `cache.buckets`, and the other keys as many as the configurations have limits and lists.
//!
//! A client is known by its network: the first `client_ipv4_prefix_length` or `client_ipv6_prefix_length` bits of its
//! address. Sessions are counted and passes are remembered by it.
//!
//! A worker can die without a word. So an open session counts for [`LEASE_S`] seconds at most, and whoever is alive
//! renews its own every [`RENEW_EVERY_S`] seconds. What cannot be counted (the host fails, a bucket is full) is not
//! counted, and a client that is not counted stands alone: it is tested like any other, and no limit hits it.

pub mod bucket;
mod hash_key;
mod occupancy;

pub use hash_key::HashKey;
pub use occupancy::{
    Load, OCCUPANCY_LEN_MAX, Occupancy, QueueLimits, SLOT_LEN, SLOTS, WRITES_PER_SECOND, totals,
};

use crate::client_record::Reference;
use crate::io::ConnectionId;
use crate::policy::Policy;
use crate::record::{Record, TestSet};
use crate::shared::{self, SharedData};
use crate::time::Now;
pub use bucket::Remembered;
use bucket::{Bucket, ClientEntry, PASSES_PER_BUCKET, generation_at};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

/// A count that was not renewed for so long is stale and reads as zero, in seconds.
pub const LEASE_S: u64 = 60;
/// How often to renew, in seconds. The lease allows half of its time; the rest of that is for timers that run late.
pub const RENEW_EVERY_S: u64 = 20;

const _: () = assert!(RENEW_EVERY_S < LEASE_S / 2);

/// The clients of all workers, as one worker sees them. Each change is one fetch and at most one store, or a few more
/// when workers collide.
#[derive(Debug)]
pub struct Registry<S> {
    shared: S,
    hash_key: HashKey,
}

/// One session among those of its client, from [`Registry::open`] to [`Registry::leave`].
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    /// The client's network.
    client: IpAddr,
    bucket: u32,
    /// The generation in which the session is counted; `None`: it is not.
    counted: Option<u32>,
}

/// What a new session finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Open sessions of the client, this one included.
    pub sessions: u32,
    /// What is known of it.
    pub known: Known,
}

/// What is known of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing, or nothing that still counts (`cache_retention_time`).
    Nothing,
    /// What it passed on earlier visits.
    Passed(Record),
    /// What its other open sessions share.
    Overlapping(Record),
}

/// What a session leaves behind when its tests are over.
#[derive(Clone, Copy, Debug)]
pub struct Settlement {
    /// Its stamps.
    pub record: Record,
    /// Those that its client's other sessions have not heard of.
    pub unshared: TestSet,
    /// Whether the passes are to be remembered.
    pub remember: bool,
    /// Whether it has passed every test, for the first time.
    pub claim_pass_new: bool,
}

/// What became of a [`Settlement`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What that was in the table of passes; `None`: the passes were not stored, or were not to be.
    pub remembered: Option<Remembered>,
    /// Whether no overlapping session of the client had claimed `PASS NEW` before.
    pub first: bool,
}

impl Settled {
    /// Of a session that is not registered.
    pub const NOWHERE: Self = Self { remembered: None, first: true };
}

impl<S: SharedData> Registry<S> {
    /// The clients in `shared`, which are found by `hash_key`.
    pub fn new(shared: S, hash_key: HashKey) -> Self {
        Self { shared, hash_key }
    }

    /// The name of the record of a client that came now.
    pub fn reference(&self, client: SocketAddr, connection: ConnectionId, now: Now) -> Reference {
        self.hash_key.reference(client, connection, now)
    }

    /// Where the workers meet.
    pub fn shared(&self) -> &S {
        &self.shared
    }

    /// Counts a new session of `client` at Unix time `unix` (seconds), and says what is known of the client.
    ///
    /// Passes that count are shared with the client's other sessions at once: of overlapping sessions only the first
    /// says `PASS OLD`, as in postscreen.
    pub fn open(&self, client: IpAddr, policy: &Policy, unix: u64) -> (Lease, Found) {
        let now = generation_at(unix);
        let client = policy.client_prefix(client);
        let number = self.hash_key.bucket_of(client, policy.cache.buckets);
        let mut lease = Lease { client, bucket: number, counted: None };
        let mut known = Known::Nothing;
        let entered = shared::update(&self.shared, &key(number), |bytes| {
            let mut bucket = Bucket::decode(bytes);
            known = bucket.find(client).map_or(Known::Nothing, |entry| known_of(entry, now, policy, unix));
            let Some(entry) = bucket.enter(client, None, now) else { return (None, None) };
            if let Known::Passed(record) = known {
                entry.share(record, TestSet::NONE);
            }
            let entered = (entry.generation(), entry.sessions());
            (Some(bucket.encode()), Some(entered))
        });
        let (counted, sessions) = entered.flatten().map_or((None, 1), |(at, sessions)| (Some(at), sessions));
        lease.counted = counted;
        (lease, Found { sessions, known })
    }

    /// Lets the client's other open sessions know the stamps of `tests`; all stamps where none are shared yet.
    pub fn share(&self, lease: &Lease, record: Record, tests: TestSet) {
        if lease.counted.is_none() {
            return;
        }
        _ = shared::update(&self.shared, &key(lease.bucket), |bytes| {
            let mut bucket = Bucket::decode(bytes);
            let changed = bucket.find_mut(lease.client).is_some_and(|entry| entry.share(record, tests));
            (changed.then(|| bucket.encode()), ())
        });
    }

    /// Shares, remembers and claims in one change.
    ///
    /// Sessions of one client that are open at the same time share their stamps, so it is those that are remembered:
    /// what another session has passed meanwhile is not lost. `enabled` are the policy's tests.
    pub fn settle(&self, lease: &Lease, what: Settlement, enabled: TestSet) -> Settled {
        let settled = shared::update(&self.shared, &key(lease.bucket), |bytes| {
            let mut bucket = Bucket::decode(bytes);
            let (mut record, mut first, mut changed) = (what.record, true, false);
            let mut remembered = None;
            if let Some(entry) = bucket.find_mut(lease.client).filter(|_| lease.counted.is_some()) {
                if !what.unshared.is_empty() {
                    changed |= entry.share(what.record, what.unshared);
                }
                record = entry.shared().unwrap_or(record);
                if what.claim_pass_new {
                    first = entry.claim_pass_new();
                    changed |= first;
                }
            }
            if what.remember {
                remembered = Some(bucket.remember(lease.client, record.for_storage(enabled)));
                changed = true;
            }
            (changed.then(|| bucket.encode()), Settled { remembered, first })
        });
        settled.unwrap_or(Settled::NOWHERE)
    }

    /// Renews the lease. A session that is not counted, or whose lease ran out, is counted if there is room now.
    pub fn renew(&self, lease: &mut Lease, unix: u64) {
        let now = generation_at(unix);
        if lease.counted == Some(now) {
            return;
        }
        let entered = shared::update(&self.shared, &key(lease.bucket), |bytes| {
            let mut bucket = Bucket::decode(bytes);
            let counted = bucket.enter(lease.client, lease.counted, now).map(|entry| entry.generation());
            (counted.is_some().then(|| bucket.encode()), counted)
        });
        lease.counted = entered.flatten().or(lease.counted);
    }

    /// Ends the session. The last one to leave takes what the sessions shared with it; what is remembered stays.
    pub fn leave(&self, lease: Lease) {
        let Some(counted) = lease.counted else { return };
        _ = shared::update(&self.shared, &key(lease.bucket), |bytes| {
            let mut bucket = Bucket::decode(bytes);
            let changed = bucket.leave(lease.client, counted);
            (changed.then(|| bucket.encode()), ())
        });
    }
}

/// What `shared` remembers of `client` under `policy`, for those who only look.
pub fn recall<S: SharedData>(shared: &S, client: IpAddr, policy: &Policy) -> Option<Record> {
    let client = policy.client_prefix(client);
    let number = HashKey::of(shared).bucket_of(client, policy.cache.buckets);
    let (bytes, _) = shared.fetch(&key(number)).ok()??;
    Bucket::decode(&bytes).find(client)?.passes()
}

/// Puts a record into `shared` as if `client` had passed, for those who begin with clients that are known.
pub fn remember<S: SharedData>(shared: &S, client: IpAddr, record: Record, policy: &Policy) -> bool {
    let client = policy.client_prefix(client);
    let number = HashKey::of(shared).bucket_of(client, policy.cache.buckets);
    let stored = shared::update(shared, &key(number), |bytes| {
        let mut bucket = Bucket::decode(bytes);
        bucket.remember(client, record);
        (Some(bucket.encode()), ())
    });
    stored.is_some()
}

fn known_of(entry: &ClientEntry, now: u32, policy: &Policy, unix: u64) -> Known {
    match entry.shared_at(now) {
        Some(record) => Known::from_sessions(record, policy),
        None => entry.passes().map_or(Known::Nothing, |record| Known::from_visits(record, policy, unix)),
    }
}

impl Known {
    /// What the client's other sessions share, as far as it counts under this policy.
    pub(crate) fn from_sessions(record: Record, policy: &Policy) -> Self {
        Self::Overlapping(valid(record, policy))
    }

    /// What the client passed on earlier visits, as far as it counts under this policy at Unix time `unix`.
    pub(crate) fn from_visits(record: Record, policy: &Policy, unix: u64) -> Self {
        let retention = policy.cache_retention_time.as_secs();
        if record.is_outdated(policy.enabled_tests(), unix, retention) {
            return Self::Nothing;
        }
        Self::Passed(valid(record, policy))
    }
}

fn valid(record: Record, policy: &Policy) -> Record {
    if policy.dnsbl_change_voids_passes { record.without_passes_of_others(policy.lists_id()) } else { record }
}

/// How many clients can be remembered in so many buckets.
pub fn places(buckets: NonZeroU32) -> u32 {
    let per_bucket = u32::try_from(PASSES_PER_BUCKET).unwrap_or(u32::MAX);
    buckets.get().saturating_mul(per_bucket)
}

/// Fixed in number, because shared data cannot be deleted.
fn key(bucket: u32) -> String {
    format!("postscreen.clients.{bucket}")
}

/// Unix time as it is stored: until 2106.
fn stored_time(unix: u64) -> u32 {
    u32::try_from(unix).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
