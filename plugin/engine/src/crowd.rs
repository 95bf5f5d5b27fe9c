//! All sessions of one worker among those of all workers: what a host does for [`Output::Join`](crate::Output::Join)
//! and the outputs like it. The counting itself is in [`crate::roster`].

use crate::io::Standing;
use crate::line::Line;
use crate::policy::Policy;
use crate::record::{Record, TestSet};
use crate::roster::{Load, Member, RENEW_EVERY_S, Worker};
use crate::shared::SharedData;
use crate::table::{recall, remember};
use std::net::IpAddr;
use std::sync::Arc;

/// The sessions of one worker.
#[derive(Debug)]
pub struct Crowd<S> {
    shared: S,
    policy: Arc<Policy>,
    worker: Worker,
    load: Load,
    reported_at: u64,
}

/// A session's place in the crowd, from [`Crowd::join`] to [`Crowd::leave`].
#[derive(Debug)]
pub struct Seat {
    member: Member,
    in_transit: bool,
}

impl<S: SharedData> Crowd<S> {
    /// A worker without sessions. `shared` is where it meets the others.
    pub fn new(shared: S, policy: Arc<Policy>) -> Self {
        Self { shared, policy, worker: Worker::default(), load: Load::default(), reported_at: 0 }
    }

    /// From now on the limits, the table and the enabled tests are those of `policy`. Seats stay what they are.
    pub fn set_policy(&mut self, policy: Arc<Policy>) {
        self.policy = policy;
    }

    /// A session of `client` begins, at Unix time `unix` (seconds). The line, if any, is about stress.
    pub fn join(&mut self, client: IpAddr, unix: u64) -> (Seat, Standing, Option<Line>) {
        let (member, peers) = Member::join(&self.shared, client, self.policy.cache.buckets, unix);
        self.load.sessions = self.load.sessions.saturating_add(1);
        let reading = self.worker.report(&self.shared, self.load, self.policy.pre_queue_limit, unix);
        self.reported_at = unix;
        let standing = Standing {
            of_client: peers.sessions,
            shared: peers.shared,
            sessions: reading.totals.sessions,
            in_transit: reading.totals.in_transit,
            stressed: reading.stressed,
        };
        (Seat { member, in_transit: false }, standing, reading.announcement.map(Line::info))
    }

    /// The session is still open.
    pub fn renew(&mut self, seat: &mut Seat, unix: u64) -> Option<Line> {
        seat.member.renew(&self.shared, unix);
        // One report speaks for all sessions of the worker.
        if unix.saturating_sub(self.reported_at) < RENEW_EVERY_S { None } else { self.report(unix) }
    }

    /// What the session's client has passed so far: the stamps of `tests`.
    pub fn share(&self, seat: &Seat, record: Record, tests: TestSet) {
        seat.member.share(&self.shared, record, tests);
    }

    /// Stores the record of `client` in the table of passes. Whether that worked.
    ///
    /// Sessions of one client that are open at the same time share their stamps, so it is those that are stored: what
    /// another session has passed meanwhile is not lost.
    pub fn remember(&self, seat: Option<&Seat>, client: IpAddr, record: Record) -> bool {
        let shared = seat.and_then(|seat| seat.member.shared(&self.shared));
        let record = shared.unwrap_or(record).for_storage(self.policy.enabled_tests());
        remember(&self.shared, client, record, self.policy.cache.buckets)
    }

    /// The record of `client` in the table of passes.
    pub fn recall(&self, client: IpAddr) -> Option<Record> {
        recall(&self.shared, client, self.policy.cache.buckets)
    }

    /// Whether no overlapping session of the client has logged `PASS NEW` yet. From now on one has.
    pub fn claim_pass_new(&self, seat: &Seat) -> bool {
        seat.member.claim_pass_new(&self.shared)
    }

    /// The session was sent to the mail server.
    pub fn dialled(&mut self, seat: &mut Seat, unix: u64) -> Option<Line> {
        seat.in_transit = true;
        self.load.in_transit = self.load.in_transit.saturating_add(1);
        self.report(unix)
    }

    /// The session no longer counts.
    pub fn leave(&mut self, seat: Seat, unix: u64) -> Option<Line> {
        seat.member.leave(&self.shared);
        self.load.sessions = self.load.sessions.saturating_sub(1);
        self.load.in_transit = self.load.in_transit.saturating_sub(u32::from(seat.in_transit));
        self.report(unix)
    }

    fn report(&mut self, unix: u64) -> Option<Line> {
        self.reported_at = unix;
        let reading = self.worker.report(&self.shared, self.load, self.policy.pre_queue_limit, unix);
        reading.announcement.map(Line::info)
    }
}
