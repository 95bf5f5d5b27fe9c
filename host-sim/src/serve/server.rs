//! Between the host and its sockets: hands in what happens, carries out what comes out.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use postscreen_scenario::Zones;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{sleep, timeout};

use super::pipe::{Pipe, Side};
use super::print::Printer;
use super::stop::Stop;
use crate::{ConnectionId, Effect, Host, HttpCall, Input, Now, VmId, dns};

/// After a failed accept, which mostly means that there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How often the closing sockets are looked at then.
const DRAIN_PAUSE: Duration = Duration::from_millis(10);
/// How long those who are connected may go on after the server was told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// The only clock of `serve`.
pub(super) struct Clock(Instant);

/// The host with its sockets. Everything runs on one thread, so nothing is ever borrowed over an `await`.
pub(super) struct Server {
    host: RefCell<Host>,
    clock: Clock,
    zones: Zones,
    backend: SocketAddr,
    printer: Printer,
    connections_max: usize,
    links: RefCell<BTreeMap<ConnectionId, Link>>,
    /// Held by every socket that is not closed.
    pipes: Rc<()>,
    /// Effects are being carried out: what they cause waits for its turn.
    busy: Cell<bool>,
    /// The next deadline may have changed.
    rearm: Notify,
    /// A connection has ended, or nobody reads the log any more.
    changed: Notify,
}

/// The sockets of one connection.
struct Link {
    client: Pipe,
    upstream: Upstream,
}

enum Upstream {
    None,
    Dialling(AbortHandle),
    Connected(Pipe),
}

// === impl Clock ===

impl Clock {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { monotonic: self.0.elapsed(), wall }
    }
}

// === impl Server ===

impl Server {
    pub fn new(
        host: Host,
        clock: Clock,
        zones: Zones,
        backend: SocketAddr,
        printer: Printer,
        connections_max: usize,
    ) -> Rc<Self> {
        Rc::new(Self {
            host: RefCell::new(host),
            clock,
            zones,
            backend,
            printer,
            connections_max,
            links: RefCell::default(),
            pipes: Rc::default(),
            busy: Cell::new(false),
            rearm: Notify::new(),
            changed: Notify::new(),
        })
    }

    /// Accepts clients until it is told to stop, then lets them finish.
    pub async fn serve(self: Rc<Self>, listener: TcpListener, mut stop: Stop) {
        self.carry_out_all();
        let timers = spawn_local(Rc::clone(&self).run_timers());
        tokio::select! {
            never = Rc::clone(&self).accept_all(&listener) => match never {},
            () = stop.wait() => {}
            () = self.log_unread() => {}
        }
        // Nobody can connect any more, and a connecting client learns it at once.
        drop(listener);
        let open = self.links.borrow().len();
        self.notice(&format!(
            "stopping; clients that may still finish within {} s: {open}",
            DRAIN_MAX.as_secs()
        ));
        tokio::select! {
            _ = timeout(DRAIN_MAX, self.drained()) => {}
            () = stop.wait() => {}
            () = self.log_unread() => {}
        }
        timers.abort();
        let left = self.links.borrow().len();
        self.notice(&format!("stopped; clients that were cut off: {left}"));
    }

    async fn accept_all(self: Rc<Self>, listener: &TcpListener) -> std::convert::Infallible {
        let (mut full, mut failing) = (false, false);
        loop {
            let (stream, client) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        self.notice(&format!("clients cannot be accepted, and have to wait: {error}"));
                    }
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            failing = false;
            let open = self.links.borrow().len();
            if open >= self.connections_max {
                if !full {
                    self.notice(&format!(
                        "{open} clients are connected, as many as --max-connections allows; more are turned away, \
                         {client} first"
                    ));
                }
                full = true;
                continue;
            }
            if full {
                self.notice("there is room for clients again");
            }
            full = false;
            self.accept(stream, client);
        }
    }

    fn accept(self: &Rc<Self>, stream: TcpStream, client: SocketAddr) {
        // A client that is gone already has no local address either; there is nothing to serve.
        let Ok(server) = stream.local_addr() else { return };
        let connection = self.host.borrow_mut().accept(client, server, None, self.clock.now());
        let client = Pipe::start(self, connection, Side::Client, stream);
        self.links.borrow_mut().insert(connection, Link { client, upstream: Upstream::None });
        self.carry_out_all();
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
        self.host.borrow_mut().handle(input, self.clock.now());
        self.carry_out_all();
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
                    && let Upstream::Dialling(dial) = &link.upstream
                {
                    dial.abort();
                }
            }
            Effect::ReadUpstream { connection, wanted } => {
                self.pipe(connection, Side::Upstream, |pipe| pipe.read(wanted));
            }
            Effect::HttpCall(call) => self.resolve(call),
            // The resolver never answers late: what it does not answer at once it never answers.
            Effect::CancelHttpCall { .. } => {}
            effect @ (Effect::Grpc(_) | Effect::ResolveDns { .. }) => {
                if let Some(answer) = effect.declined() {
                    self.handle(answer);
                }
            }
            Effect::Log(line) if line.vm == VmId::Main && !line.by_host => {
                // The main thread says what the workers say, and sees no client.
            }
            Effect::Log(line) => self.printer.log(self.clock.now().wall, "postscreen", &line),
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
            (Some(Link { upstream: Upstream::Connected(pipe), .. }), Side::Upstream) => act(pipe),
            _ => {}
        }
    }

    /// There is one mail server; the host's own connect timeout ends an attempt that takes too long.
    fn dial(self: &Rc<Self>, connection: ConnectionId) {
        let server = Rc::clone(self);
        let dial = spawn_local(async move {
            match TcpStream::connect(server.backend).await {
                Ok(stream) => {
                    let pipe = Pipe::start(&server, connection, Side::Upstream, stream);
                    if let Some(link) = server.links.borrow_mut().get_mut(&connection) {
                        link.upstream = Upstream::Connected(pipe);
                    }
                    server.handle(Input::UpstreamConnected { connection });
                }
                Err(error) => {
                    server.notice(&format!("the mail server {} cannot be reached: {error}", server.backend));
                    server.handle(Input::UpstreamRefused { connection });
                }
            }
        });
        if let Some(link) = self.links.borrow_mut().get_mut(&connection) {
            link.upstream = Upstream::Dialling(dial.abort_handle());
        }
    }

    /// The resolver, in the same process.
    fn resolve(self: &Rc<Self>, HttpCall { call, headers, body, .. }: HttpCall) {
        if let Some(answer) = dns::answer(&self.zones, &headers, &body) {
            let (headers, body) = (answer.headers, answer.body);
            self.handle(Input::HttpResponse { call, headers, body, trailers: Vec::new() });
        }
    }

    /// Every connection has ended, and its last bytes are written.
    async fn drained(&self) {
        while !self.links.borrow().is_empty() || Rc::strong_count(&self.pipes) > 1 {
            // A socket that closes tells nobody.
            let _ = timeout(DRAIN_PAUSE, self.changed.notified()).await;
        }
    }

    /// To be held until the socket is closed.
    pub fn count_pipe(&self) -> Rc<()> {
        Rc::clone(&self.pipes)
    }

    async fn log_unread(&self) {
        while !self.printer.broken() {
            self.changed.notified().await;
        }
    }

    fn notice(&self, text: &str) {
        self.printer.notice(self.clock.now().wall, text);
    }
}
