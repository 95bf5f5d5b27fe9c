//! A host with a module written in the text format, a clock, and short ways to say what happens.

use std::time::Duration;

use crate::{
    ConnectionEnd, ConnectionId, Driven, Effect, GrpcEffect, GrpcRequest, Host, Input, Module, Now, Settings,
    StartError,
};

/// What every test module has: imports, an allocator, and `$say`, `$text`, `$given` to log what it sees.
const PRELUDE: &str = include_str!("prelude.wat");

pub(super) struct Bench {
    pub host: Host,
    pub now: Now,
}

/// `body` with the prelude around it. Its lines that are imports go before everything else, as WebAssembly wants it.
pub(super) fn module(body: &str) -> Module {
    let (imports, body): (Vec<&str>, Vec<&str>) =
        body.lines().partition(|line| line.trim_start().starts_with("(import "));
    let wat = format!("(module {}\n{PRELUDE}\n{})", imports.join("\n"), body.join("\n"));
    Module::from_bytes("test", wat.as_bytes()).unwrap()
}

/// `bytes` as the text format writes them in a string.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("\\{byte:02x}"))
}

pub(super) fn start(body: &str) -> Bench {
    start_with(body, Settings::postscreen("{}"))
}

pub(super) fn start_with(body: &str, settings: Settings) -> Bench {
    let now = Now { monotonic: Duration::ZERO, wall: Duration::from_secs(1_700_000_000) };
    Bench { host: try_start(body, settings, now).unwrap(), now }
}

pub(super) fn try_start(body: &str, settings: Settings, now: Now) -> Result<Host, StartError> {
    Host::start(&module(body), settings, now)
}

impl Bench {
    pub fn accept(&mut self) -> ConnectionId {
        self.accept_on(0)
    }

    pub fn accept_on(&mut self, worker: usize) -> ConnectionId {
        let (client, server) = ("203.0.113.9:4242".parse().unwrap(), "192.0.2.1:25".parse().unwrap());
        self.host.accept(client, server, Some(worker), self.now)
    }

    pub fn handle(&mut self, input: Input) {
        self.host.handle(input, self.now);
    }

    pub fn send(&mut self, connection: ConnectionId, bytes: &str) {
        self.handle(Input::ClientBytes { connection, bytes: bytes.into(), end: false });
    }

    pub fn end(&mut self, connection: ConnectionId) {
        self.handle(Input::ClientBytes { connection, bytes: Vec::new(), end: true });
    }

    pub fn connected(&mut self, connection: ConnectionId) {
        self.handle(Input::UpstreamConnected { connection, ends: None });
    }

    pub fn upstream(&mut self, connection: ConnectionId, bytes: &str) {
        self.handle(Input::UpstreamBytes { connection, bytes: bytes.into(), end: false });
    }

    pub fn upstream_end(&mut self, connection: ConnectionId) {
        self.handle(Input::UpstreamBytes { connection, bytes: Vec::new(), end: true });
    }

    /// Lets time pass, stopping at each deadline on the way.
    pub fn wait(&mut self, milliseconds: u64) {
        let until = self.now.after(Duration::from_millis(milliseconds));
        while let Some(deadline) = self.host.next_deadline().filter(|at| *at <= until.monotonic) {
            self.now = self.now.at(deadline);
            self.handle(Input::TimePassed);
        }
        self.now = until;
    }

    /// Everything that came out, in short: a log line as its text, the rest as in `show`. A trap is known by its log
    /// lines.
    pub fn seen(&mut self) -> Vec<String> {
        let effects = std::iter::from_fn(|| self.host.poll_effect());
        effects.filter(|effect| !matches!(effect, Effect::Trapped { .. })).map(show).collect()
    }

    /// As [`Bench::seen`], the lines that the module logged only.
    pub fn logged(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.host.poll_effect())
            .filter_map(|effect| if let Effect::Log(line) = effect { Some(line.text) } else { None })
            .collect()
    }

    /// Drops everything until the record of a connection's end.
    pub fn ended(&mut self) -> ConnectionEnd {
        std::iter::from_fn(|| self.host.poll_effect())
            .find_map(|effect| if let Effect::Ended(end) = effect { Some(end) } else { None })
            .unwrap()
    }
}

fn show(effect: Effect) -> String {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    match effect {
        Effect::ToClient { bytes, .. } => format!("to client: {:?}", text(bytes)),
        Effect::EndToClient { .. } => "end to client".into(),
        Effect::CloseClient { reset: false, .. } => "close client".into(),
        Effect::CloseClient { reset: true, .. } => "reset client".into(),
        Effect::ReadClient { wanted, .. } => format!("read client: {wanted}"),
        Effect::Dial { cluster, .. } => format!("dial {cluster}"),
        Effect::ToUpstream { bytes, .. } => format!("to upstream: {:?}", text(bytes)),
        Effect::EndToUpstream { .. } => "end to upstream".into(),
        Effect::CloseUpstream { reset: false, .. } => "close upstream".into(),
        Effect::CloseUpstream { reset: true, .. } => "reset upstream".into(),
        Effect::ReadUpstream { wanted, .. } => format!("read upstream: {wanted}"),
        Effect::HttpCall(call) => format!("call {} token {}", call.cluster, call.call.token),
        Effect::CancelHttpCall { call } => format!("cancel call {}", call.token),
        Effect::Grpc(GrpcEffect::Start(GrpcRequest { call, cluster, service, method, message, .. })) => {
            let message = message.map_or("a stream".into(), |message| format!("{:?}", text(message)));
            format!("grpc {}: {cluster} {service}/{method} {message}", call.token)
        }
        Effect::Grpc(GrpcEffect::Send { call, message, end }) => {
            format!("grpc {}: send {:?} end {end}", call.token, text(message))
        }
        Effect::Grpc(GrpcEffect::End { call }) => format!("grpc {}: end", call.token),
        Effect::Grpc(GrpcEffect::Cancel { call }) => format!("grpc {}: cancel", call.token),
        Effect::ResolveDns { call, name } => format!("resolve {name} token {}", call.token),
        Effect::Trapped { vm, .. } => format!("{vm} trapped"),
        Effect::Log(line) => line.text,
        Effect::Ended(_) => "ended".into(),
    }
}
