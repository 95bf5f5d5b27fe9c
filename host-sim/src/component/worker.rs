//! One worker: a screen, and the clients that it decides about.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use postscreen_engine::{Crowd, DnsFailure, Endpoints, Input, Instant, Output, Policy};

use super::client::Client;
use super::error::ScreenError;
use super::screen::{Fault, Screen};
use super::shared::{Books, Table};
use crate::event::{CallId, ConnectionId, Effect, LogLevel, LogLine, VmId};
use crate::time::Now;
use crate::timers::Timers;

/// Every timer, with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The session's deadline.
    Session(ConnectionId),
    /// The timeout of the question with this token.
    Question(u32),
    /// How long a mail server may take to accept.
    Connect(ConnectionId),
    /// How long nothing may move between a client and its mail server.
    Idle(ConnectionId),
}

/// A worker with its clients.
pub(super) struct Worker {
    pub(super) id: VmId,
    screen: Box<dyn Screen>,
    failed: bool,
    pub(super) crowd: Crowd<Table>,
    pub(super) books: Books,
    pub(super) clients: BTreeMap<ConnectionId, Client>,
    /// Questions under way, by token: whose, and by what number the session knows it.
    questions: BTreeMap<u32, (ConnectionId, u16)>,
    last_token: u32,
    pub(super) timers: Timers<Timer>,
    pub(super) now: Now,
    effects: VecDeque<Effect>,
}

impl Worker {
    pub(super) fn new(
        id: VmId,
        screen: Box<dyn Screen>,
        policy: Arc<Policy>,
        table: Table,
        books: Books,
    ) -> Self {
        Self {
            id,
            screen,
            failed: false,
            crowd: Crowd::new(table, policy),
            books,
            clients: BTreeMap::new(),
            questions: BTreeMap::new(),
            last_token: 0,
            timers: Timers::default(),
            now: Now::default(),
            effects: VecDeque::new(),
        }
    }

    /// The clock of everything that follows.
    pub(super) fn set_now(&mut self, now: Now) {
        self.now = now;
    }

    /// A client has connected. A broken screen serves nobody: the client is closed, as by a module that has trapped.
    pub(super) fn accept(&mut self, id: ConnectionId, client: SocketAddr, server: SocketAddr) {
        self.clients.insert(id, Client::new(client, server, self.now.monotonic));
        if self.failed {
            self.close(id);
        } else if let Err(fault) = self.screen.open(id, Endpoints { client, server }) {
            self.fail(&fault);
        } else {
            self.tell(id, Input::ClientOpened);
        }
        self.settle(id);
    }

    /// Gives a session an input and carries out what it wants, until it wants nothing more.
    pub(super) fn tell(&mut self, id: ConnectionId, input: Input<'_>) {
        let mut outputs = VecDeque::from(self.hear(id, input));
        while let Some(output) = outputs.pop_front() {
            // An answer that is at hand goes in at once; what comes of it follows what is still to be done.
            if let Some(answer) = self.carry_out(id, output) {
                outputs.extend(self.hear(id, answer));
            }
        }
        if self.clients.get(&id).is_some_and(|client| client.over) {
            self.dismiss(id);
        }
    }

    /// What a session makes of an input.
    fn hear(&mut self, id: ConnectionId, input: Input<'_>) -> Vec<Output> {
        let now = moment(self.now);
        let Some(client) = self.clients.get_mut(&id).filter(|client| !client.over) else { return Vec::new() };
        match self.screen.handle(id, input, now) {
            Ok(turn) => {
                client.over = turn.over;
                self.timers.stop(Timer::Session(id));
                if let Some(deadline) = turn.deadline {
                    self.timers.set(Timer::Session(id), Duration::from_millis(deadline.as_millis()));
                }
                turn.outputs
            }
            Err(fault) => {
                self.fail(&fault);
                Vec::new()
            }
        }
    }

    /// The session is over: nothing that it has asked matters any more.
    fn dismiss(&mut self, id: ConnectionId) {
        self.timers.stop(Timer::Session(id));
        let Some(client) = self.clients.get_mut(&id) else { return };
        for token in std::mem::take(&mut client.questions) {
            self.questions.remove(&token);
            self.timers.stop(Timer::Question(token));
            self.emit(Effect::CancelHttpCall { call: CallId { vm: self.id, token } });
        }
        if let Err(fault) = self.screen.forget(id) {
            self.fail(&fault);
        }
    }

    /// The screen is broken. Who is being screened cannot be served; who was served does not notice.
    fn fail(&mut self, fault: &Fault) {
        if std::mem::replace(&mut self.failed, true) {
            return;
        }
        let text = format!("the component failed: {fault}");
        self.emit(Effect::Trapped { vm: self.id, headline: text.clone() });
        self.emit(Effect::Log(LogLine { vm: self.id, level: LogLevel::Critical, text, by_host: true }));
        let screened = self.clients.iter().filter(|(_, client)| !client.over).map(|(id, _)| *id);
        for id in screened.collect::<Vec<_>>() {
            if let Some(client) = self.clients.get_mut(&id) {
                client.over = true;
            }
            self.timers.stop(Timer::Session(id));
            self.leave(id);
            self.close(id);
            self.settle(id);
        }
    }

    /// Sessions that begin from now on are screened by another policy. A broken screen is replaced.
    pub(super) fn reconfigure(&mut self, json: &[u8], policy: &Arc<Policy>) -> Result<(), ScreenError> {
        match self.screen.reconfigure(json, policy, self.failed) {
            Ok(()) => {
                self.failed = false;
                self.crowd.set_policy(Arc::clone(policy));
                Ok(())
            }
            Err(ScreenError::Failed(fault)) => {
                self.fail(&fault);
                Err(ScreenError::Failed(fault))
            }
            Err(refused) => Err(refused),
        }
    }

    /// Notes a question; the token of its answer.
    pub(super) fn note_question(&mut self, id: ConnectionId, question: u16, timeout: Duration) -> CallId {
        self.last_token = self.last_token.wrapping_add(1);
        let token = self.last_token;
        self.questions.insert(token, (id, question));
        if let Some(client) = self.clients.get_mut(&id) {
            client.questions.push(token);
        }
        self.timers.set(Timer::Question(token), self.now.monotonic + timeout);
        CallId { vm: self.id, token }
    }

    /// The answer to a question, if it is still wanted.
    pub(super) fn answer(&mut self, token: u32, answer: Result<&[u8], DnsFailure>) {
        let Some((id, question)) = self.questions.remove(&token) else { return };
        self.timers.stop(Timer::Question(token));
        if let Some(client) = self.clients.get_mut(&id) {
            client.questions.retain(|other| *other != token);
        }
        self.tell(id, Input::DnsAnswer { question, answer });
        self.settle(id);
    }

    /// Fires the first timer that is due, if there is one.
    pub(super) fn fire(&mut self) {
        let Some(timer) = self.timers.expired(self.now.monotonic) else { return };
        match timer {
            Timer::Session(id) => {
                self.tell(id, Input::DeadlineReached);
                self.settle(id);
            }
            Timer::Question(token) => {
                self.emit(Effect::CancelHttpCall { call: CallId { vm: self.id, token } });
                self.answer(token, Err(DnsFailure::Timeout));
            }
            Timer::Connect(id) => self.upstream_refused(id),
            Timer::Idle(id) => self.idle_timeout(id),
        }
    }

    pub(super) fn failed(&self) -> bool {
        self.failed
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
