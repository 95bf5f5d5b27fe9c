//! Between the host and its sockets: hands in what happens, carries out what comes out.
//!
//! - [`accept`]: how a client gets in;
//! - [`outward`]: the mail server and the resolver.
//!
//! One thread does it all but ask the resolver. The host's workers are virtual, and a session is a few short turns of
//! work around long waits: what a mail server's clients do fits into one thread many times over (docs/sidecar.md has
//! figures).

mod accept;
mod outward;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use envoy_sim::{CallId, ConnectionId, Driven, Effect, Host, Input, Now, VmId};
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinSet, spawn_local};
use tokio::time::{sleep, timeout};

use super::backend::BackendAddress;
use super::limits::ClientSlots;
use super::listen::Listener;
use super::metrics::Meters;
use super::pipe::{Pipe, Side, Tell};
use super::print::{Event, LogPrinter};
use super::proxy_header::Version;
use super::resolver::ListResolver;
use super::stop::Stop;
use super::stream::Ends;
use outward::ResolverFailures;

/// How often the closing sockets are looked at when everybody is gone.
const DRAIN_PAUSE: Duration = Duration::from_millis(10);

/// What a server works with.
pub(super) struct ServerOptions {
    pub backend: BackendAddress,
    pub connect_timeout: Duration,
    pub resolver: ListResolver,
    pub resolver_name: String,
    /// How long to wait for the header; `None`: there is none.
    pub proxy_header_in: Option<Duration>,
    pub proxy_header_out: Option<Version>,
    pub clients_max: usize,
    /// How long those who are connected may go on after the server was told to stop.
    pub drain_max: Duration,
}

/// The only clock of `serve`.
pub(super) struct Clock(Instant);

impl Clock {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { monotonic: self.0.elapsed(), wall }
    }
}

/// The host with its sockets. Everything runs on one thread, so nothing is ever borrowed over an `await`.
pub(super) struct Server {
    host: RefCell<Host>,
    clock: Clock,
    options: ServerOptions,
    printer: LogPrinter,
    pub(super) meters: Meters,
    slots: Rc<ClientSlots>,
    /// All slots are taken, and the log says so.
    full: Cell<bool>,
    links: RefCell<BTreeMap<ConnectionId, Link>>,
    /// Held by every socket to the mail server that is not closed.
    upstreams: Rc<()>,
    /// Those that the resolver has not answered yet.
    questions: RefCell<BTreeMap<CallId, AbortHandle>>,
    resolver_failures: ResolverFailures,
    /// Effects are being carried out: what they cause waits for its turn.
    busy: Cell<bool>,
    stop: watch::Sender<bool>,
    /// The next deadline may have changed.
    rearm: Notify,
    /// A connection has ended, or nobody reads the log any more.
    changed: Notify,
}

/// The sockets of one connection.
struct Link {
    client: Pipe,
    upstream: UpstreamSocket,
    ends: Ends,
}

enum UpstreamSocket {
    None,
    Dialling(AbortHandle),
    Connected(Pipe),
}

// === impl Server ===

impl Server {
    pub fn new(
        host: Host,
        clock: Clock,
        options: ServerOptions,
        printer: LogPrinter,
        meters: Meters,
    ) -> Rc<Self> {
        let slots = ClientSlots::new(options.clients_max);
        Rc::new(Self {
            host: RefCell::new(host),
            clock,
            options,
            printer,
            meters,
            slots,
            full: Cell::new(false),
            links: RefCell::default(),
            upstreams: Rc::default(),
            questions: RefCell::default(),
            resolver_failures: ResolverFailures::default(),
            busy: Cell::new(false),
            stop: watch::Sender::new(false),
            rearm: Notify::new(),
            changed: Notify::new(),
        })
    }

    /// Accepts clients until it is told to stop or nobody reads the log, then lets them finish.
    pub async fn serve(self: Rc<Self>, listeners: Vec<Listener>, mut stop: Stop) {
        self.carry_out_all();
        let timers = spawn_local(Rc::clone(&self).run_timers());
        let mut accepting = JoinSet::new();
        for listener in listeners {
            accepting.spawn_local(Rc::clone(&self).accept_all(listener));
        }
        tokio::select! {
            () = stop.wait() => {}
            () = self.log_unread() => {}
        }
        // From here on a connecting client is refused at once, and whoever has not said who it is is closed.
        self.stop.send_replace(true);
        accepting.shutdown().await;
        self.notice(
            Event::Stop,
            None,
            &format!(
                "stopping; clients that may still finish within {} s: {}",
                self.options.drain_max.as_secs_f64(),
                self.links.borrow().len()
            ),
        );
        tokio::select! {
            _ = timeout(self.options.drain_max, self.drained()) => {}
            () = stop.wait() => {}
        }
        timers.abort();
        let left = self.links.borrow().len();
        self.with_host(Host::stop);
        self.notice(Event::Stop, None, &format!("stopped; clients that were cut off: {left}"));
    }

    /// Fires the host's timers.
    async fn run_timers(self: Rc<Self>) {
        loop {
            let deadline = self.host.borrow().next_deadline();
            let left = deadline.map(|at| at.saturating_sub(self.clock.now().monotonic));
            tokio::select! {
                () = self.rearm.notified() => {}
                () = sleep(left.unwrap_or(Duration::MAX)), if left.is_some() => self.handle(Input::TimePassed),
            }
        }
    }

    /// Something has happened.
    pub fn handle(self: &Rc<Self>, input: Input) {
        self.with_host(|host, now| host.handle(input, now));
    }

    /// For a socket, to tell of itself.
    fn tell(self: &Rc<Self>) -> Tell {
        let server = Rc::clone(self);
        Rc::new(move |input| server.handle(input))
    }

    /// Does something with the host itself, and carries out what it wants done then.
    pub fn with_host<T>(self: &Rc<Self>, act: impl FnOnce(&mut Host, Now) -> T) -> T {
        let done = act(&mut self.host.borrow_mut(), self.clock.now());
        self.carry_out_all();
        done
    }

    /// Carries out what the host wants done. What this causes is carried out after it, by the same loop.
    fn carry_out_all(self: &Rc<Self>) {
        if self.busy.replace(true) {
            return;
        }
        loop {
            let effect = self.host.borrow_mut().poll_effect();
            let Some(effect) = effect else { break };
            self.carry_out(effect);
        }
        self.busy.set(false);
        self.rearm.notify_one();
        if self.printer.broken() {
            self.changed.notify_waiters();
        }
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::ToClient { connection, bytes } => self.send(connection, Side::Client, bytes),
            Effect::EndToClient { connection } => self.pipe(connection, Side::Client, Pipe::end),
            Effect::CloseClient { connection, reset } => {
                self.pipe(connection, Side::Client, |pipe| pipe.close(reset));
            }
            Effect::ReadClient { connection, wanted } => {
                self.pipe(connection, Side::Client, |pipe| pipe.read(wanted));
            }
            Effect::Dial { connection, .. } => self.dial(connection),
            Effect::ToUpstream { connection, bytes } => self.send(connection, Side::Upstream, bytes),
            Effect::EndToUpstream { connection } => self.pipe(connection, Side::Upstream, Pipe::end),
            Effect::CloseUpstream { connection, reset } => {
                self.pipe(connection, Side::Upstream, |pipe| pipe.close(reset));
                if let Some(link) = self.links.borrow_mut().get_mut(&connection)
                    && let UpstreamSocket::Dialling(dial) = &link.upstream
                {
                    dial.abort();
                }
            }
            Effect::ReadUpstream { connection, wanted } => {
                self.pipe(connection, Side::Upstream, |pipe| pipe.read(wanted));
            }
            Effect::HttpCall(call) => self.ask(call),
            Effect::CancelHttpCall { call } => self.take_back(call),
            // There is nobody to ask.
            effect @ (Effect::Grpc(_) | Effect::ResolveDns { .. }) => {
                if let Some(answer) = effect.declined() {
                    self.handle(answer);
                }
            }
            Effect::Log(line) if line.vm == VmId::Main && !line.by_host => {
                // The main thread says what the workers say, and sees no client.
            }
            // Its log lines say it.
            Effect::Trapped { .. } => {}
            Effect::Log(line) => self.printer.log(self.clock.now().wall, &line),
            Effect::Ended(end) => {
                self.printer.access(self.clock.now().wall, &end);
                self.links.borrow_mut().remove(&end.connection);
                self.changed.notify_waiters();
            }
        }
    }

    fn send(self: &Rc<Self>, connection: ConnectionId, side: Side, bytes: Vec<u8>) {
        let mut full = false;
        self.pipe(connection, side, |pipe| full = pipe.send(bytes));
        if full {
            self.handle(side.congested(connection, true));
        }
    }

    /// Does something with a socket, if it is there.
    fn pipe(&self, connection: ConnectionId, side: Side, act: impl FnOnce(&Pipe)) {
        match (self.links.borrow().get(&connection), side) {
            (Some(link), Side::Client) => act(&link.client),
            (Some(Link { upstream: UpstreamSocket::Connected(pipe), .. }), Side::Upstream) => act(pipe),
            _ => {}
        }
    }

    /// Returns when it has been told to stop.
    async fn stopping(&self) {
        // It lives as long as the sender, which is its own.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }

    /// Every connection has ended, and its last bytes are written.
    async fn drained(&self) {
        while self.slots.taken() > 0
            || !self.links.borrow().is_empty()
            || Rc::strong_count(&self.upstreams) > 1
        {
            // A socket that closes tells nobody.
            let _ = timeout(DRAIN_PAUSE, self.changed.notified()).await;
        }
    }

    async fn log_unread(&self) {
        while !self.unread() {
            self.changed.notified().await;
        }
    }

    /// Nobody reads the log any more.
    pub fn unread(&self) -> bool {
        self.printer.broken()
    }

    /// Why no client should be sent here now, if there is a reason.
    pub fn unready(&self) -> Option<String> {
        if *self.stop.borrow() {
            return Some("stopping".to_owned());
        }
        let open = self.slots.taken();
        (open >= self.options.clients_max)
            .then(|| format!("{open} clients are connected, as many as there may be"))
    }

    /// For Prometheus.
    pub fn metrics_text(&self) -> prometheus::Result<String> {
        self.meters.text(&self.host.borrow(), self.slots.taken())
    }

    pub fn notice(&self, event: Event, client: Option<std::net::SocketAddr>, text: &str) {
        self.printer.notice(self.clock.now().wall, event, client, text);
        if self.unread() {
            self.changed.notify_waiters();
        }
    }
}
