//! All sessions of one worker: what stands between a host's connections and `Session`s.
//!
//! A worker owns the sessions of its connections, their leases among the sessions of all workers ([`Registry`],
//! [`Occupancy`]), what the lists have said ([`Lookups`]), and all deadlines. A host gives it inputs with the number of
//! a connection, carries out the [`Task`]s that come back, in order, and calls again at [`Worker::deadline`].

mod hear;
mod log;
mod meter;
mod proxies;
mod throttle;
mod view;

use crate::io::{ConnectionId, Destination, Endpoints, HostTraits, Input, Output, Task};
use crate::line::Line;
use crate::lookups::Lookups;
use crate::metric::{Gauge, ListMeasure, Measure, SeriesName};
use crate::policy::Policy;
use crate::questions::Questions;
use crate::registry::{HashKey, Occupancy, QueueLimits, Registry, places};
use crate::senders::Senders;
use crate::session::{Session, Surroundings};
use crate::shared::SharedData;
use crate::time::{Instant, Now};
use crate::verdict::Verdict;
use crate::watch::Watch;
use meter::Meter;
use proxies::Proxies;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use view::{Holdings, WorkerView};

/// One worker of a host.
#[derive(Debug)]
pub struct Worker<S> {
    policy: Arc<Policy>,
    /// Counts the policies that there have been.
    policy_number: u32,
    teases: bool,
    registry: Registry<S>,
    occupancy: Occupancy,
    lookups: Lookups,
    senders: Senders,
    questions: Questions,
    watch: Watch,
    sessions: BTreeMap<ConnectionId, OpenSession>,
    /// Every session's next deadline.
    deadlines: BTreeSet<(Instant, ConnectionId)>,
    meter: Meter,
    proxies: Proxies,
    /// Whether the gauge shows how large the table of passes is.
    places_are_told: bool,
    tasks: Vec<Task>,
}

/// A session and all that its worker keeps for it.
#[derive(Debug)]
struct OpenSession {
    session: Session,
    holdings: Holdings,
    /// Its entry in `deadlines`.
    deadline: Option<Instant>,
}

impl<S: SharedData> Worker<S> {
    /// A worker without sessions. `shared` is where it meets the others.
    pub fn new(shared: S, policy: Arc<Policy>, host: HostTraits) -> Self {
        let (hash_key, line) = HashKey::agree(&shared, host.hash_key);
        let mut worker = Self {
            policy,
            policy_number: 0,
            teases: host.teases,
            registry: Registry::new(shared, hash_key),
            occupancy: Occupancy::default(),
            lookups: Lookups::default(),
            senders: Senders::default(),
            questions: Questions::default(),
            watch: Watch::default(),
            sessions: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            meter: Meter::default(),
            proxies: Proxies::default(),
            places_are_told: false,
            tasks: Vec::new(),
        };
        if let Some(line) = line {
            worker.emit(None, Output::Log(line));
        }
        worker
    }

    /// Clients that come from now on are screened by `policy`; those that are there go on as they began.
    pub fn set_policy(&mut self, policy: Arc<Policy>) {
        for list in self.watch.muted_lists(&self.policy) {
            self.tell_muted(list, false);
        }
        self.policy = policy;
        self.policy_number = self.policy_number.wrapping_add(1);
        self.places_are_told = false;
        self.watch.begin_anew();
    }

    /// Takes an input about a connection; returns what the host must do, in order.
    pub fn handle(&mut self, connection: ConnectionId, input: Input<'_>, now: Now) -> Vec<Task> {
        self.tell_places();
        self.watch.begin(&self.policy, now.instant);
        match input {
            Input::ClientOpened(endpoints) => {
                // A number that is used again while its connection is there: that one must be gone.
                self.turn(connection, now, Session::client_left);
                match endpoints {
                    Some(endpoints) => self.open(connection, endpoints, now),
                    None => self.serve_unscreened(connection, now),
                }
            }
            Input::ClientBytes(bytes) => {
                self.speak_out(connection, now);
                self.turn(connection, now, |session, around| session.client_talked(bytes, around));
            }
            Input::ClientEnd => self.farewell(connection, now, Session::client_ended),
            Input::ClientClosed => self.farewell(connection, now, Session::client_left),
            Input::BackendAnswered => {
                self.speak_out(connection, now);
                self.turn(connection, now, |session, _| session.backend_answered());
            }
            Input::DnsAnswer { question, answer } => self.hear(question, answer, now),
            Input::DeadlineReached => self.time_passed(now),
        }
        self.count_sessions(now);
        for list in self.watch.muted_lists_anew(&self.policy) {
            self.tell_muted(list, true);
        }
        let counts = self.meter.take(self.occupancy.own().held() > 0, now.instant);
        self.tell(counts);
        std::mem::take(&mut self.tasks)
    }

    /// The worker's end: its clients have left, and other workers do not count them any more.
    pub fn close(&mut self, now: Now) -> Vec<Task> {
        for connection in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.farewell(connection, now, Session::client_left);
        }
        if let Some(held) = std::mem::take(&mut self.occupancy).close(self.registry.shared(), now) {
            self.set(Gauge::Held, held);
        }
        // Lists that the next configuration does not have are nobody's trouble any more.
        for list in self.watch.muted_lists(&self.policy) {
            self.tell_muted(list, false);
        }
        let counts = self.meter.take_all();
        self.tell(counts);
        std::mem::take(&mut self.tasks)
    }

    /// When to deliver [`Input::DeadlineReached`]; `None`: never.
    pub fn deadline(&self) -> Option<Instant> {
        let session = self.deadlines.first().map(|&(deadline, _)| deadline);
        let own = [self.occupancy.deadline(self.limits()), self.watch.deadline(), self.lookups.deadline()];
        own.into_iter().chain([session]).flatten().min()
    }

    /// Whether the engine still has to do with a connection. Inputs about others have no effect.
    pub fn has(&self, connection: ConnectionId) -> bool {
        self.sessions.contains_key(&connection)
    }

    /// How many sessions there are.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Where the workers meet.
    pub fn shared(&self) -> &S {
        self.registry.shared()
    }

    fn open(&mut self, connection: ConnectionId, endpoints: Endpoints, now: Now) {
        let session = Session::new(Arc::clone(&self.policy), endpoints);
        let holdings = Holdings::new(self.policy_number, now.instant);
        self.sessions.insert(connection, OpenSession { session, holdings, deadline: None });
        self.turn(connection, now, Session::opened);
    }

    /// Nobody knows who the client is, so nobody can say anything against it.
    fn serve_unscreened(&mut self, connection: ConnectionId, now: Now) {
        self.log_unscreened(connection, now);
        self.measure(Measure::Verdict(Verdict::Pass), now);
        self.emit(Some(connection), Output::Verdict(Verdict::Pass));
        self.emit(Some(connection), Output::Dial(Destination::Backend));
    }

    fn time_passed(&mut self, now: Now) {
        if self.watch.deadline().is_some_and(|at| at <= now.instant) {
            let policy = Arc::clone(&self.policy);
            self.check_lists(&policy, None, now);
        }
        self.hurry_lists(now);
        while let Some(&(deadline, connection)) = self.deadlines.first()
            && deadline <= now.instant
        {
            self.speak_out(connection, now);
            self.turn(connection, now, |session, around| session.time_passed(around));
        }
    }

    /// The client ends its half, or is gone.
    fn farewell(
        &mut self,
        connection: ConnectionId,
        now: Now,
        act: impl FnOnce(&mut Session, &mut dyn Surroundings),
    ) {
        if let Some(entry) = self.sessions.get_mut(&connection) {
            entry.holdings.leaves = true;
        }
        self.turn(connection, now, act);
    }

    /// A client that may have been a probe is none.
    fn speak_out(&mut self, connection: ConnectionId, now: Now) {
        if let Some((_, mut view)) = self.view(connection, now) {
            view.speak_out();
        }
    }

    /// Lets a session act, and looks after what comes of it.
    fn turn(
        &mut self,
        connection: ConnectionId,
        now: Now,
        act: impl FnOnce(&mut Session, &mut dyn Surroundings),
    ) {
        let Some((session, mut view)) = self.view(connection, now) else { return };
        act(session, &mut view);
        session.share(&mut view);
        if !session.needs_lists() {
            view.leave_lists();
        }
        if session.is_over() {
            view.leave();
            self.set_deadline(connection, None);
            self.sessions.remove(&connection);
            return;
        }
        view.renew();
        view.holdings.waits = true;
        let next = [session.deadline(), view.holdings.renew_at].into_iter().flatten().min();
        self.set_deadline(connection, next);
    }

    /// A session, and what it sees of its worker.
    fn view(&mut self, connection: ConnectionId, now: Now) -> Option<(&mut Session, WorkerView<'_, S>)> {
        let OpenSession { session, holdings, .. } = self.sessions.get_mut(&connection)?;
        let view = WorkerView {
            connection,
            now,
            teases: self.teases,
            policy: Arc::clone(session.policy()),
            holdings,
            registry: &self.registry,
            occupancy: &mut self.occupancy,
            lookups: &mut self.lookups,
            senders: &mut self.senders,
            questions: &mut self.questions,
            watch: &mut self.watch,
            meter: &mut self.meter,
            proxies: &mut self.proxies,
            tasks: &mut self.tasks,
        };
        Some((session, view))
    }

    fn set_deadline(&mut self, connection: ConnectionId, deadline: Option<Instant>) {
        let Some(entry) = self.sessions.get_mut(&connection) else { return };
        let before = std::mem::replace(&mut entry.deadline, deadline);
        if before != deadline {
            before.map(|before| self.deadlines.remove(&(before, connection)));
            self.deadlines.extend(deadline.map(|deadline| (deadline, connection)));
        }
    }

    /// What the number of sessions means for stress, for other workers and for the gauge.
    fn count_sessions(&mut self, now: Now) {
        let limits = self.limits();
        self.occupancy.settle(now);
        if let Some(held) = self.occupancy.write(self.registry.shared(), limits, now) {
            self.set(Gauge::Held, held);
        }
        if let Some(line) = self.occupancy.conclude(self.registry.shared(), limits, now) {
            self.emit(None, Output::Log(Line::info(line)));
        }
    }

    fn tell(&mut self, counts: Vec<(SeriesName, u32)>) {
        for (series, by) in counts {
            self.emit(None, Output::Count(series, by));
        }
    }

    fn tell_places(&mut self) {
        if std::mem::replace(&mut self.places_are_told, true) {
            return;
        }
        self.set(Gauge::CachePlaces, places(self.policy.cache.buckets));
    }

    fn tell_muted(&mut self, list: usize, is_muted: bool) {
        if let Some(series) = self.policy.catalogue().name(Measure::List(list, ListMeasure::Muted)) {
            self.emit(None, Output::Gauge(series.clone(), is_muted.into()));
        }
    }

    fn set(&mut self, gauge: Gauge, value: u32) {
        if let Some(series) = self.policy.catalogue().name(Measure::Gauge(gauge)) {
            self.emit(None, Output::Gauge(series.clone(), value));
        }
    }

    /// Counts one under the present policy.
    fn measure(&mut self, measure: Measure, now: Now) {
        self.meter.count(self.policy.catalogue(), measure, 1, now.instant);
    }

    fn limits(&self) -> QueueLimits {
        QueueLimits::of(&self.policy)
    }

    fn emit(&mut self, connection: Option<ConnectionId>, output: Output) {
        self.tasks.push(Task { connection, output });
    }
}

#[cfg(test)]
mod tests;
