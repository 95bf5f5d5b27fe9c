//! One session's place among the sessions of its client (postscreen's `client_info`).

use super::bucket::{Bucket, Entry, generation_at};
use crate::record::{Record, TestSet};
use crate::shared::{self, SharedData};
use crate::table::{bucket_of, key};
use std::net::IpAddr;
use std::num::NonZeroU32;

/// What a session finds when it joins the others of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Open sessions of the client, this one included.
    pub sessions: u32,
    /// The stamps that the other open sessions share. `None`: there is no other, or none of them has shared any yet;
    /// the table of passes is to be asked.
    pub shared: Option<Record>,
}

impl Standing {
    /// The standing of a session that cannot be counted.
    const ALONE: Self = Self { sessions: 1, shared: None };
}

/// One session among those of its client. Each operation is one fetch and at most one store, or a few more when workers
/// collide.
///
/// [`Member::leave`] is to be called when the session ends, [`Member::renew`] every
/// [`RENEW_EVERY_S`](super::RENEW_EVERY_S) seconds until then.
#[derive(Debug)]
pub struct Member {
    client: IpAddr,
    bucket: String,
    /// The generation in which the session is counted; `None`: it is not.
    counted: Option<u32>,
}

impl Member {
    /// Counts a new session of `client`. `buckets` is the number of buckets, the same on all workers (`cache.buckets`).
    pub fn join<S: SharedData>(
        shared: &S,
        client: IpAddr,
        buckets: NonZeroU32,
        now_unix: u64,
    ) -> (Self, Standing) {
        let mut member = Self { client, bucket: bucket_key(client, buckets), counted: None };
        let standing = member.enter(shared, generation_at(now_unix)).unwrap_or(Standing::ALONE);
        (member, standing)
    }

    /// Tells the client's other sessions the stamps of `tests`; all stamps when none are shared yet.
    pub fn share<S: SharedData>(&self, shared: &S, record: Record, tests: TestSet) {
        if self.counted.is_none() {
            return;
        }
        _ = shared::update(shared, &self.bucket, |bytes| {
            let mut bucket = Bucket::decode(bytes);
            let changed = bucket.find(key(self.client)).is_some_and(|entry| entry.share(record, tests));
            (changed.then(|| bucket.encode()), ())
        });
    }

    /// The stamps that the client's sessions share. `None`: none, or the session is not counted.
    pub fn shared<S: SharedData>(&self, shared: &S) -> Option<Record> {
        self.counted?;
        let (bytes, _) = shared.fetch(&self.bucket).ok()??;
        Bucket::decode(&bytes).find(key(self.client))?.shared()
    }

    /// Whether this session is the first of the overlapping ones to log `PASS NEW`. A session that is not counted is.
    pub fn claim_pass_new<S: SharedData>(&self, shared: &S) -> bool {
        if self.counted.is_none() {
            return true;
        }
        let claimed = shared::update(shared, &self.bucket, |bytes| {
            let mut bucket = Bucket::decode(bytes);
            match bucket.find(key(self.client)).map(Entry::claim_pass_new) {
                Some(true) => (Some(bucket.encode()), true),
                Some(false) => (None, false),
                None => (None, true),
            }
        });
        claimed.unwrap_or(true)
    }

    /// Renews the lease. A session that is not counted, or whose lease ran out, is counted if there is room now.
    pub fn renew<S: SharedData>(&mut self, shared: &S, now_unix: u64) {
        let now = generation_at(now_unix);
        if self.counted != Some(now) {
            self.enter(shared, now);
        }
    }

    /// Ends the session. The last one to leave takes what the sessions shared with it.
    pub fn leave<S: SharedData>(self, shared: &S) {
        let Some(counted) = self.counted else { return };
        _ = shared::update(shared, &self.bucket, |bytes| {
            let mut bucket = Bucket::decode(bytes);
            let changed = bucket.leave(key(self.client), counted);
            (changed.then(|| bucket.encode()), ())
        });
    }

    /// Counts the session in generation `now`. `None`: that did not work, and the session is counted as before.
    fn enter<S: SharedData>(&mut self, shared: &S, now: u32) -> Option<Standing> {
        let (counted, standing) = shared::update(shared, &self.bucket, |bytes| {
            let mut bucket = Bucket::decode(bytes);
            let Some(entry) = bucket.enter(key(self.client), self.counted, now) else { return (None, None) };
            let standing = Standing { sessions: entry.sessions(), shared: entry.shared() };
            let counted = entry.generation();
            (Some(bucket.encode()), Some((counted, standing)))
        })??;
        self.counted = Some(counted);
        Some(standing)
    }
}

/// Fixed in number, because shared data cannot be deleted.
fn bucket_key(client: IpAddr, buckets: NonZeroU32) -> String {
    format!("postscreen.roster.{}", bucket_of(client, buckets))
}

#[cfg(test)]
mod tests;
