//! The event loop of one worker: the clients that its screen decides about, and the metrics of all workers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::{CallId, ConnectionId, Effect, LogLevel, LogLine, Now, Timers, VmId};
use postscreen_engine::{DnsFailure, Endpoints, Input, Instant, SeriesName};

use super::downstream::Downstream;
use super::screen::{Screen, ScreenFault, Turn};

/// Every timer, with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The screen's deadline.
    Screen,
    /// The timeout of the question with this token.
    Question(u32),
    /// How long a mail server may take to accept.
    Connect(ConnectionId),
    /// How long nothing may move between a client and its mail server.
    Idle(ConnectionId),
}

/// The event loop of one worker, with its clients.
pub(super) struct Dispatcher {
    number: usize,
    screen: Rc<RefCell<dyn Screen>>,
    /// Why the screen is broken, if it is.
    fault: Option<ScreenFault>,
    pub(super) metrics: MetricTotals,
    pub(super) clients: BTreeMap<ConnectionId, Downstream>,
    /// Questions under way by token: the number by which the screen knows each.
    questions: BTreeMap<u32, u32>,
    last_token: u32,
    pub(super) timers: Timers<Timer>,
    pub(super) now: Now,
    effects: VecDeque<Effect>,
}

impl Dispatcher {
    pub(super) fn new(number: usize, screen: Rc<RefCell<dyn Screen>>, metrics: MetricTotals) -> Self {
        let mut timers = Timers::default();
        // A worker wants to hear of its start.
        timers.set(Timer::Screen, Duration::ZERO);
        Self {
            number,
            screen,
            fault: None,
            metrics,
            clients: BTreeMap::new(),
            questions: BTreeMap::new(),
            last_token: 0,
            timers,
            now: Now::default(),
            effects: VecDeque::new(),
        }
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    pub(super) fn id(&self) -> VmId {
        VmId::Worker(self.number)
    }

    /// The clock of everything that follows.
    pub(super) fn set_now(&mut self, now: Now) {
        self.now = now;
    }

    /// A client has connected. A broken screen serves nobody: the client is closed, as by a module that has trapped.
    pub(super) fn accept(&mut self, id: ConnectionId, client: SocketAddr, server: SocketAddr) {
        self.clients.insert(id, Downstream::new(client, server, self.now.monotonic));
        if self.fault.is_some() {
            self.close(id);
        } else {
            self.tell(id, Input::ClientOpened(Some(Endpoints { client, server })));
        }
        self.settle(id);
    }

    /// Tells the screen what has happened to a client, and does what it wants.
    pub(super) fn tell(&mut self, id: ConnectionId, input: Input<'_>) {
        self.turn(Some(id), input);
    }

    /// The same for what concerns no client in particular; it may be any that something comes of.
    fn tell_of_none(&mut self, input: Input<'_>) {
        for id in self.turn(None, input) {
            self.settle(id);
        }
    }

    /// The clients that something was done for. What is due at once is done at once, and not after the next input.
    fn turn(&mut self, about: Option<ConnectionId>, input: Input<'_>) -> BTreeSet<ConnectionId> {
        if self.fault.is_some() {
            return BTreeSet::new();
        }
        let id = postscreen_engine::ConnectionId(about.map_or(0, |ConnectionId(id)| id));
        let now = moment(self.now);
        let is_woken = matches!(input, Input::DeadlineReached);
        let turn = self.screen.borrow_mut().handle(self.number, id, input, now);
        let Turn { tasks, deadline } = match turn {
            Ok(turn) => turn,
            Err(fault) => {
                self.fail(about, fault);
                return BTreeSet::new();
            }
        };
        self.timers.stop(Timer::Screen);
        if let Some(deadline) = deadline {
            self.timers.set(Timer::Screen, Duration::from_millis(deadline.as_millis()));
        }
        let mut concerned = BTreeSet::new();
        for task in tasks {
            let id = task.connection.map(|postscreen_engine::ConnectionId(id)| ConnectionId(id));
            concerned.extend(id);
            self.carry_out(id, task.output);
        }
        if !is_woken && deadline.is_some_and(|deadline| deadline <= now.instant) {
            concerned.extend(self.turn(None, Input::DeadlineReached));
        }
        concerned
    }

    /// The screen is broken, and the log has a line about it. `connection`: the client that the screen was told of.
    fn fail(&mut self, connection: Option<ConnectionId>, fault: ScreenFault) {
        let text = format!("the component failed: {fault}");
        self.emit(Effect::Trapped { vm: self.id(), headline: text.clone() });
        let vm = self.id();
        self.emit(Effect::Log(LogLine { vm, connection, level: LogLevel::Critical, text, by_host: true }));
        self.break_off(fault);
    }

    /// The screen broke in another worker's hands, or while it took a configuration.
    pub(super) fn fail_with(&mut self, fault: &ScreenFault) {
        if self.fault.is_none() {
            let headline = format!("the component failed: {fault}");
            self.emit(Effect::Trapped { vm: self.id(), headline });
            self.break_off(fault.clone());
        }
    }

    /// Who is being screened cannot be served; who was served does not notice.
    fn break_off(&mut self, fault: ScreenFault) {
        self.fault = Some(fault);
        self.timers.stop(Timer::Screen);
        for token in std::mem::take(&mut self.questions).into_keys() {
            self.timers.stop(Timer::Question(token));
            self.emit(Effect::CancelHttpCall { call: self.call(token) });
        }
        let screened = self.clients.iter().filter(|(_, client)| client.is_screened()).map(|(id, _)| *id);
        for id in screened.collect::<Vec<_>>() {
            self.close(id);
            self.settle(id);
        }
    }

    /// Why the screen is broken, if it is.
    pub(super) fn fault(&self) -> Option<&ScreenFault> {
        self.fault.as_ref()
    }

    /// The screen has begun anew.
    pub(super) fn is_mended(&mut self) {
        self.fault = None;
    }

    /// Notes a question; by what its answer will be known.
    pub(super) fn note_question(&mut self, question: u32, timeout: Duration) -> CallId {
        self.last_token = self.last_token.wrapping_add(1);
        self.questions.insert(self.last_token, question);
        self.timers.set(Timer::Question(self.last_token), self.now.monotonic + timeout);
        self.call(self.last_token)
    }

    fn call(&self, token: u32) -> CallId {
        CallId { vm: self.id(), token }
    }

    /// The answer to a question, if it has none yet.
    pub(super) fn answer(&mut self, token: u32, answer: Result<&[u8], DnsFailure>) {
        let Some(question) = self.questions.remove(&token) else { return };
        self.timers.stop(Timer::Question(token));
        self.tell_of_none(Input::DnsAnswer { question, answer });
    }

    /// Fires the first timer that is due, if there is one.
    pub(super) fn fire(&mut self) {
        let Some(timer) = self.timers.expired(self.now.monotonic) else { return };
        match timer {
            Timer::Screen => self.tell_of_none(Input::DeadlineReached),
            Timer::Question(token) => {
                self.emit(Effect::CancelHttpCall { call: self.call(token) });
                self.answer(token, Err(DnsFailure::Timeout));
            }
            Timer::Connect(id) => self.upstream_refused(id),
            Timer::Idle(id) => self.idle_timeout(id),
        }
    }

    /// What this worker wants done, in order.
    pub(super) fn take_effects(&mut self) -> impl Iterator<Item = Effect> + '_ {
        self.effects.drain(..)
    }

    pub(super) fn emit(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }
}

/// The host's moment as the engine's: whole milliseconds, whole seconds.
fn moment(now: Now) -> postscreen_engine::Now {
    let millis = u64::try_from(now.monotonic.as_millis()).unwrap_or(u64::MAX);
    postscreen_engine::Now { instant: Instant::from_millis(millis), unix: now.wall.as_secs() }
}

/// What the workers of a host have measured; a handle on it. Of a histogram it is how many samples it has.
#[derive(Clone, Debug, Default)]
pub(super) struct MetricTotals(Rc<RefCell<BTreeMap<String, i64>>>);

impl MetricTotals {
    /// Metrics that are new begin with 0.
    pub(super) fn begin(&self, names: Vec<String>) {
        let mut entries = self.0.borrow_mut();
        for name in names {
            entries.entry(name).or_default();
        }
    }

    pub(super) fn add(&self, series: &SeriesName, by: u32) {
        let mut entries = self.0.borrow_mut();
        let value = entries.entry(series.to_string()).or_default();
        *value = value.saturating_add(by.into());
    }

    pub(super) fn set(&self, series: &SeriesName, value: u32) {
        self.0.borrow_mut().insert(series.to_string(), value.into());
    }

    /// Every metric by name.
    pub(super) fn metrics(&self) -> BTreeMap<String, i64> {
        self.0.borrow().clone()
    }
}
