//! What a session holds in its worker (its lease, its look-up), and what it can do there.

use super::log::listing_lines;
use crate::dnsbl::Score;
use crate::io::{ConnectionId, Destination, Output, Task};
use crate::line::Line;
use crate::lookups::{Key, ListQuestion, Lookups};
use crate::metric::{Counter, Gauge};
use crate::policy::Policy;
use crate::record::{Record, TestSet};
use crate::registry::{Found, Lease, Occupancy, QueueLimits, RENEW_EVERY_S, Registry, Settled, Settlement};
use crate::session::{Registration, Surroundings};
use crate::shared::SharedData;
use crate::time::{Instant, Now};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// What a worker keeps for a session: the sessions are registered and leased, and look-ups are shared.
#[derive(Debug)]
pub(super) struct Holdings {
    /// The number of the session's policy.
    policy: u32,
    /// What it is counted by among the sessions of all workers, once it is registered.
    lease: Option<Lease>,
    /// When the lease is to be renewed.
    pub renew_at: Option<Instant>,
    /// Sent to the mail server, and not heard from it.
    in_transit: bool,
    /// The look-up that it waits for.
    lookup: Option<Key>,
}

impl Holdings {
    pub fn new(policy: u32) -> Self {
        Self { policy, lease: None, renew_at: None, in_transit: false, lookup: None }
    }
}

/// A session's view of its worker, for one input.
pub(super) struct WorkerView<'a, S> {
    pub connection: ConnectionId,
    pub now: Now,
    pub teases: bool,
    pub policy: Arc<Policy>,
    pub holdings: &'a mut Holdings,
    pub registry: &'a Registry<S>,
    pub occupancy: &'a mut Occupancy,
    pub lookups: &'a mut Lookups,
    pub tasks: &'a mut Vec<Task>,
}

impl<S: SharedData> WorkerView<'_, S> {
    /// The session no longer counts.
    pub fn leave(&mut self) {
        if let Some(lease) = self.holdings.lease.take() {
            self.registry.leave(lease);
            self.occupancy.ended(self.holdings.in_transit);
        }
    }

    /// The session does not wait for the lists any more, if it did.
    pub fn leave_lists(&mut self) {
        if let Some(key) = self.holdings.lookup.take() {
            self.lookups.leave(key, self.connection, self.now.instant);
        }
    }

    /// The session is still open: its count must not be taken for that of a crashed worker.
    pub fn renew(&mut self) {
        if self.holdings.renew_at.is_some_and(|at| at <= self.now.instant) {
            if let Some(lease) = &mut self.holdings.lease {
                self.registry.renew(lease, self.now.unix);
            }
            // At the end of time there is no later.
            self.holdings.renew_at = Some(self.next_renewal()).filter(|&next| next > self.now.instant);
        }
    }

    fn next_renewal(&self) -> Instant {
        self.now.instant.after(Duration::from_secs(RENEW_EVERY_S))
    }

    fn key(&self, client: IpAddr) -> Key {
        Key { policy: self.holdings.policy, client }
    }
}

impl<S: SharedData> Surroundings for WorkerView<'_, S> {
    fn now(&self) -> Now {
        self.now
    }

    fn teases(&self) -> bool {
        self.teases
    }

    fn emit(&mut self, output: Output) {
        if output == Output::Dial(Destination::Backend) && self.holdings.lease.is_some() {
            self.holdings.in_transit = true;
            self.occupancy.dialled();
        }
        self.tasks.push(Task { connection: Some(self.connection), output });
    }

    fn register(&mut self, client: IpAddr) -> Registration {
        let (lease, Found { sessions, known }) = self.registry.open(client, &self.policy, self.now.unix);
        self.holdings.lease = Some(lease);
        self.holdings.renew_at = Some(self.next_renewal());
        let limits = QueueLimits::of(&self.policy);
        if let Some(held) = self.occupancy.opened(self.registry.shared(), limits, self.now) {
            self.emit(Output::Gauge(Gauge::Held, held));
        }
        if let Some(line) = self.occupancy.conclude(self.registry.shared(), limits, self.now) {
            self.emit(Output::Log(Line::info(line)));
        }
        let totals = self.occupancy.totals();
        Registration {
            of_client: sessions,
            known,
            sessions: totals.sessions,
            in_transit: totals.in_transit,
            stressed: self.occupancy.is_stressed(),
        }
    }

    fn share(&mut self, record: Record, tests: TestSet) {
        if let Some(lease) = &self.holdings.lease {
            self.registry.share(lease, record, tests);
        }
    }

    fn settle(&mut self, settlement: Settlement) -> Settled {
        let enabled = self.policy.enabled_tests();
        let lease = self.holdings.lease.as_ref();
        lease.map_or(Settled { remembered: false, first: true }, |lease| {
            self.registry.settle(lease, settlement, enabled)
        })
    }

    fn ask_lists(&mut self, client: IpAddr) -> bool {
        let key = self.key(client);
        self.holdings.lookup = Some(key);
        let joined = self.lookups.join(key, &self.policy, self.connection, self.now.instant);
        let asked = u32::try_from(joined.questions.len()).unwrap_or(u32::MAX);
        if asked > 0 {
            self.emit(Output::Count(Counter::DnsQuestion, asked));
        }
        let timeout = self.policy.dnsbl_timeout.duration();
        for ListQuestion { number, message } in joined.questions {
            self.emit(Output::AskDns { question: number, message, timeout });
        }
        for (list, answer) in joined.listings {
            let policy = Arc::clone(&self.policy);
            let name = policy.zones().get(list).map_or("", |zone| zone.public_name.as_str());
            listing_lines(client, name, &answer).for_each(|line| self.emit(Output::Log(line)));
        }
        joined.complete
    }

    fn score(&self, client: IpAddr) -> Score {
        self.lookups.score(self.key(client), &self.policy)
    }

    fn lists_are_complete(&self, client: IpAddr) -> bool {
        self.lookups.is_complete(self.key(client))
    }
}
