//! How many sessions are open over all workers.
//!
//! Each worker has a slot, and all slots are in one value, `postscreen.occupancy`. It is the one key that every worker
//! writes, so it must not be written for every client: a worker writes [`WRITES_PER_SECOND`] times a second at most,
//! and only when its own count has moved by more than the limits can feel (a part in [`GRAIN`]), or when the gauge of
//! held clients is behind. Its own sessions each worker always counts exactly; those of others are as old as their last
//! write. Since a slot holds a number and not a difference, a write that is given up is mended by the next one.
//!
//! Stress is each worker's own conclusion from the totals and from its own `pre_queue_limit`: workers with different
//! limits (two listeners, or an old configuration beside a new one) do not disturb each other. It begins when a client
//! comes, for it is that client's waits which are shorter; where clients come to several workers at once, the one whose
//! arrival is written last sees them all. Of the workers with one limit only the first announces a change.

mod slots;

pub use slots::{OCCUPANCY_LEN_MAX, SLOT_LEN, SLOTS};

use super::{LEASE_S, RENEW_EVERY_S, stored_time};
use crate::policy::Policy;
use crate::shared::{self, SharedData};
use crate::time::{Instant, Now};
use slots::SlotTable;
use std::time::Duration;

/// How often one worker writes at most, in any second.
pub const WRITES_PER_SECOND: usize = 4;
/// A limit does not feel a part in so many of itself. Smaller limits are exact, as far as the writes go.
pub const GRAIN: u32 = 1_024;

/// How long the gauge of held clients may be behind.
const GAUGE_LAG: Duration = Duration::from_millis(500);
/// How old what is known of other workers may be where the limits have a grain.
const READING_AGE_MAX: Duration = Duration::from_millis(250);
const SECOND: Duration = Duration::from_secs(1);
const RENEW_AFTER: Duration = Duration::from_secs(RENEW_EVERY_S);
const CONFIRM_AFTER: Duration = SECOND;
const CORRECT_AFTER: Duration = Duration::from_secs(LEASE_S + 1);

const KEY: &str = "postscreen.occupancy";

/// Sessions, of one worker or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Open sessions, those in transit included.
    pub sessions: u32,
    /// Sessions on their way to the mail server.
    pub in_transit: u32,
}

impl Load {
    /// Those that are being screened.
    pub fn held(self) -> u32 {
        self.sessions.saturating_sub(self.in_transit)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            sessions: self.sessions.saturating_add(other.sessions),
            in_transit: self.in_transit.saturating_add(other.in_transit),
        }
    }

    fn distance(self, other: Self) -> u32 {
        self.sessions.abs_diff(other.sessions).max(self.in_transit.abs_diff(other.in_transit))
    }
}

/// What the totals are for; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLimits {
    /// `pre_queue_limit`, in sessions. Stress is measured by it, too.
    pub pre_queue: u32,
    /// `post_queue_limit`, in sessions in transit.
    pub post_queue: u32,
}

impl QueueLimits {
    /// Those of a policy.
    pub fn of(policy: &Policy) -> Self {
        Self { pre_queue: policy.pre_queue_limit, post_queue: policy.post_queue_limit }
    }

    /// By how many sessions a count may be off; `None`: there is no limit.
    fn grain(self) -> Option<u32> {
        [self.pre_queue, self.post_queue]
            .into_iter()
            .filter(|&limit| limit > 0)
            .min()
            .map(|limit| limit / GRAIN)
    }
}

/// The sessions of one worker, and what it knows of the others'.
#[derive(Debug, Default)]
pub struct Occupancy {
    /// The number is never given to two workers, so a worker whose slot was given away while it slept finds that out.
    number: Option<u32>,
    own: Load,
    /// What its slot says, and since when.
    written: Load,
    /// The last writes, the oldest first.
    writes: [Option<Instant>; WRITES_PER_SECOND],
    others: Load,
    read_at: Option<Instant>,
    /// Since when the gauge is behind.
    behind_since: Option<Instant>,
    /// What the gauge was last told here.
    told: Option<u32>,
    /// A second look, with nothing new here, has found the same.
    confirmed: bool,
    /// A session has come, and its arrival has not been written yet: a total that has it may still begin stress.
    arrived: bool,
    /// Since when there is stress, if there is.
    stressed_since: Option<Instant>,
}

impl Occupancy {
    /// A session begins: counts it, and learns what other workers have written, if that is old. The gauge, if that took
    /// a write.
    pub fn opened<S: SharedData>(&mut self, shared: &S, limits: QueueLimits, now: Now) -> Option<u32> {
        self.own.sessions = self.own.sessions.saturating_add(1);
        self.arrived = true;
        let grain = limits.grain()?;
        let age_max = if grain == 0 { Duration::ZERO } else { READING_AGE_MAX };
        let is_old = |at: Instant| now.instant.since(at) >= age_max;
        let gauge = self.write(shared, limits, now);
        if gauge.is_none() && self.read_at.is_none_or(is_old) {
            let stored = shared.fetch(KEY).ok().flatten();
            self.others = stored.map_or(Load::default(), |(bytes, _)| {
                SlotTable::decode(&bytes).totals(stored_time(now.unix), self.number)
            });
            self.read_at = Some(now.instant);
        }
        gauge
    }

    /// A session was sent to the mail server.
    pub fn dialled(&mut self) {
        self.own.in_transit = self.own.in_transit.saturating_add(1);
    }

    /// A session has ended; `in_transit`: it had been sent to the mail server.
    pub fn ended(&mut self, in_transit: bool) {
        self.own.sessions = self.own.sessions.saturating_sub(1);
        self.own.in_transit = self.own.in_transit.saturating_sub(u32::from(in_transit));
    }

    /// Of this worker alone.
    pub fn own(&self) -> Load {
        self.own
    }

    /// Over all workers.
    pub fn totals(&self) -> Load {
        self.own.plus(self.others)
    }

    /// Whether waits that start now are the shorter ones.
    pub fn is_stressed(&self) -> bool {
        self.stressed_since.is_some()
    }

    /// Draws the conclusion from the totals; the log line, if this worker is the first to see a change.
    ///
    /// A worker to which no client has come since its last write has no stress to announce: its configuration may have
    /// been replaced.
    pub fn conclude<S: SharedData>(&mut self, shared: &S, limits: QueueLimits, now: Now) -> Option<String> {
        let may_begin = self.arrived;
        self.arrived &= self.own != self.written;
        let before = self.is_stressed();
        let sessions = self.totals().sessions;
        let stressed = (before || may_begin) && is_stressed(before, sessions, limits.pre_queue);
        if stressed == before {
            return None;
        }
        self.stressed_since = stressed.then_some(now.instant);
        let key = format!("postscreen.stress.{}", limits.pre_queue);
        let news = shared::update(shared, &key, |present| {
            let known = present == [1];
            ((known != stressed).then(|| vec![u8::from(stressed)]), known != stressed)
        });
        news.unwrap_or(true).then(|| announcement(stressed, sessions))
    }

    /// When [`Occupancy::write`] is to be called; `None`: never, as things are.
    pub fn deadline(&self, limits: QueueLimits) -> Option<Instant> {
        let renewal = (self.written != Load::default()).then(|| self.last_write().after(RENEW_AFTER));
        // Others that seem to hold clients may be dead, and then nobody else corrects the gauge. And where two workers
        // tell the gauge at once, the one that has written first may tell last: a second look finds that out.
        let correction = self.read_at.filter(|_| self.others.held() > 0).map(|at| {
            if self.confirmed { at.after(CORRECT_AFTER) } else { self.last_write().after(CONFIRM_AFTER) }
        });
        // Stress ends with the sessions of other workers, too.
        let end_of_stress = self.stressed_since.filter(|_| self.others.sessions > 0);
        let end_of_stress = end_of_stress.map(|since| since.max(self.last_write()).after(SECOND));
        let distance = self.own.distance(self.written);
        let felt = limits.grain().is_some_and(|grain| distance > grain);
        let news =
            if felt { Some(Instant::default()) } else { self.behind_since.map(|at| at.after(GAUGE_LAG)) };
        let earliest = self.writes.first().copied().flatten().map(|at| at.after(SECOND)).unwrap_or_default();
        [renewal, correction, end_of_stress, news].into_iter().flatten().min().map(|due| due.max(earliest))
    }

    /// Notes how far the gauge is behind, at the end of whatever has changed the sessions.
    pub fn settle(&mut self, now: Now) {
        let behind = self.own.held() != self.written.held();
        self.behind_since = behind.then(|| self.behind_since.unwrap_or(now.instant));
    }

    /// Writes this worker's slot if that is due; the clients that are held over all workers, for the gauge.
    ///
    /// A worker whose host cannot tell knows only its own sessions.
    pub fn write<S: SharedData>(&mut self, shared: &S, limits: QueueLimits, now: Now) -> Option<u32> {
        if !self.is_due(limits, now) {
            return None;
        }
        let unix = stored_time(now.unix);
        let written = shared::update(shared, KEY, |bytes| {
            let mut table = SlotTable::decode(bytes);
            let number = table.put(self.number, self.own, unix);
            (Some(table.encode()), (number, table.totals(unix, number)))
        });
        if let Some((number, others)) = written {
            (self.number, self.others, self.read_at) = (number, others, Some(now.instant));
        } else if self.read_at.is_none_or(|at| now.instant.since(at) >= CORRECT_AFTER) {
            // What was last read is stale by now, and to try again at once would be of no use.
            self.others = Load::default();
        }
        let second_look = self.own == self.written;
        self.written = self.own;
        self.behind_since = None;
        self.writes.rotate_left(1);
        if let Some(last) = self.writes.last_mut() {
            *last = Some(now.instant);
        }
        let told = self.told.replace(self.totals().held());
        self.confirmed = second_look && told == self.told;
        self.told
    }

    /// The worker's end, after that of its sessions: gives its slot up, which would be counted for [`LEASE_S`] seconds
    /// more. The clients that the others hold.
    pub fn close<S: SharedData>(self, shared: &S, now: Now) -> Option<u32> {
        let number = self.number?;
        let unix = stored_time(now.unix);
        shared::update(shared, KEY, |bytes| {
            let mut table = SlotTable::decode(bytes);
            table.remove(number);
            (Some(table.encode()), table.totals(unix, None).held())
        })
    }

    fn is_due(&self, limits: QueueLimits, now: Now) -> bool {
        self.deadline(limits).is_some_and(|due| due <= now.instant)
    }

    fn last_write(&self) -> Instant {
        self.writes.last().copied().flatten().unwrap_or_default()
    }
}

/// The totals over all workers as last written, for one fetch. A host that cannot tell counts nobody.
pub fn totals<S: SharedData>(shared: &S, now_unix: u64) -> Load {
    let stored = shared.fetch(KEY).ok().flatten();
    stored.map(|(bytes, _)| SlotTable::decode(&bytes).totals(stored_time(now_unix), None)).unwrap_or_default()
}

/// Whether there is stress with `sessions` open sessions, when `stressed` says whether there was.
///
/// It begins with 90 % of `pre_queue_limit` and ends with 70 %, so that one session more or less does not flip it.
/// A limit of 0 is none, and never stress. Under a limit of 4 both shares are the same number; there it ends below it.
fn is_stressed(stressed: bool, sessions: u32, pre_queue_limit: u32) -> bool {
    if pre_queue_limit == 0 {
        return false;
    }
    // The session that is being opened is counted, so postscreen never begins with none.
    let high = share(0.9, pre_queue_limit).max(1);
    let low = share(0.7, pre_queue_limit);
    sessions >= high || (stressed && sessions > low)
}

/// The log line of a change to `stressed`.
fn announcement(stressed: bool, sessions: u32) -> String {
    let verb = if stressed { "entering" } else { "leaving" };
    format!("{verb} STRESS mode with {sessions} connections")
}

/// As Postfix computes it, in floating point: of 90, seven tenths are 62.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a u32 is one, and Postfix cuts the fraction off"
)]
fn share(part: f64, limit: u32) -> u32 {
    (part * f64::from(limit)) as u32
}

#[cfg(test)]
mod tests;
