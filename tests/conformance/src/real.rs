//! A probe in a real Envoy, on real sockets.

mod bootstrap;
mod http_server;
mod peer;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use envoy_suite::fixture::{Loopback, ServerProcess};
use envoy_suite::http;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::probe::{ProbePlay, ProbeStep};
use crate::shown::{Shown, by_host, line, masked};
use bootstrap::{ProbePlaces, bootstrap};
use http_server::HttpServer;
use peer::{RecordedSocket, ScriptedServer};

/// Envoy's log: thread, level, logger, and the text as JSON has it, so that every entry is one line.
const LOG_FORMAT: &str = "%t %l %n %j";
/// What Envoy puts in front of a line that the module logs: the names of plugin, root and machine for a stream, the
/// last two for a root, and none before there is a root.
const MODULE_PREFIXES: [&str; 3] = ["wasm log probe root vm: ", "wasm log root vm: ", "wasm log: "];
const ENVOY_HINT: &str = "`cargo xtask conformance` installs it, or --envoy says where it is";
/// How often everybody is looked at.
const POLL: Duration = Duration::from_millis(10);
/// The longest that a step may keep Envoy busy.
const REST_MAX: Duration = Duration::from_secs(20);

/// An Envoy with a probe, and everybody around it.
struct RealWorld {
    server: ServerProcess,
    listener: SocketAddr,
    admin: SocketAddr,
    backend: ScriptedServer,
    _http: HttpServer,
    clients: Vec<RecordedSocket>,
    names: Vec<(String, &'static str)>,
    _directory: TempDir,
}

/// Plays `probe` with its module's bytes. `quiet`: after each step so long nothing must happen before the next.
pub(crate) async fn play(envoy: &Path, probe: &ProbePlay, module: &[u8], quiet: Duration) -> Result<Shown> {
    let directory = tempfile::Builder::new().prefix("postscreen-probe-").tempdir()?;
    let path = |name: &str| directory.path().join(name);
    fs::write(path("probe.wasm"), module)?;
    let backend = ScriptedServer::start(probe.setup.backend).await?;
    let http_server = HttpServer::start().await?;
    let [listener, admin, nobody] = Loopback::next().free()?;
    let places = ProbePlaces {
        listener,
        admin,
        backend: backend.address(),
        http: http_server.address(),
        nobody,
        module: &path("probe.wasm"),
    };
    fs::write(path("envoy.json"), bootstrap(probe, places).to_string())?;
    let workers = probe.setup.workers.to_string();
    let configuration = path("envoy.json").display().to_string();
    let arguments = ["--disable-hot-restart", "--concurrency", &workers, "--log-format", LOG_FORMAT];
    let arguments = arguments.into_iter().chain(["--config-path", &configuration]);
    let mut server = ServerProcess::start("Envoy", envoy, arguments, path("envoy.log"), ENVOY_HINT)?;
    let ready = server.until_ready(async || http::get(admin, "/ready").await.is_ok()).await;
    if ready.is_err() && !server.is_running()? {
        let (main, _) = threads(&server.log()?, 0, &[]);
        return Ok(Shown { refused: true, main, ..Shown::default() });
    }
    ready?;
    let names = vec![
        (listener.to_string(), "SERVER"),
        (backend.address().to_string(), "BACKEND"),
        (listener.port().to_string(), "SERVER_PORT"),
        (backend.address().port().to_string(), "BACKEND_PORT"),
    ];
    let mut world = RealWorld {
        server,
        listener,
        admin,
        backend,
        _http: http_server,
        clients: Vec::new(),
        names,
        _directory: directory,
    };
    world.rest(quiet).await?;
    for step in &probe.script {
        world.step(step).await?;
        world.rest(quiet).await?;
    }
    world.finish(probe.setup.workers as usize).await
}

// === impl RealWorld ===

impl RealWorld {
    async fn step(&mut self, step: &ProbeStep) -> Result<()> {
        match step {
            ProbeStep::Connect => {
                let stream = TcpStream::connect(self.listener).await?;
                let address = stream.local_addr()?;
                self.names.push((address.to_string(), "CLIENT"));
                self.names.push((address.port().to_string(), "CLIENT_PORT"));
                self.clients.push(RecordedSocket::new(stream)?);
            }
            ProbeStep::Wait(time) => sleep(*time).await,
            ProbeStep::Send(number, bytes) => self.client(*number, bytes, false).await,
            ProbeStep::End(number) => self.client(*number, b"", true).await,
            ProbeStep::Reset(number) => {
                self.clients.get_mut(*number).map_or(Ok(()), RecordedSocket::reset)?;
            }
            ProbeStep::Serve(number, bytes) => self.backend.act(*number, bytes, false).await,
            ProbeStep::ServeLast(number, bytes) => self.backend.act(*number, bytes, true).await,
            ProbeStep::ServeReset(number) => self.backend.reset(*number)?,
        }
        Ok(())
    }

    async fn client(&mut self, number: usize, bytes: &[u8], end: bool) {
        if let Some(client) = self.clients.get_mut(number) {
            client.act(bytes, end).await;
        }
    }

    /// Waits until nothing has happened for `quiet`.
    async fn rest(&self, quiet: Duration) -> Result<()> {
        let give_up = Instant::now() + REST_MAX;
        let mut last = self.trace()?;
        let mut since = Instant::now();
        while since.elapsed() < quiet && Instant::now() < give_up {
            sleep(POLL).await;
            let now = self.trace()?;
            if now != last {
                last = now;
                since = Instant::now();
            }
        }
        Ok(())
    }

    /// A number for everything that can be seen: as long as it stays, nothing has happened.
    fn trace(&self) -> Result<(u64, usize, usize)> {
        let heard: usize = self.clients.iter().map(RecordedSocket::trace).sum();
        Ok((self.server.log_len()?, heard, self.backend.trace()))
    }

    async fn finish(self, workers: usize) -> Result<Shown> {
        let text = self.server.log()?;
        let (main, mut by_worker) = threads(&text, self.server.id(), &self.names);
        by_worker.resize_with(workers.max(by_worker.len()), Vec::new);
        let metrics = metrics(self.admin).await.context("the metrics cannot be read")?;
        Ok(Shown {
            refused: false,
            main,
            workers: by_worker,
            clients: self.clients.iter().map(RecordedSocket::heard).collect(),
            sessions: self.backend.heard(),
            metrics,
        })
    }
}

/// Counters and gauges by their names, and of histograms how many samples they have.
async fn metrics(admin: SocketAddr) -> Result<BTreeMap<String, i64>> {
    let mut metrics = BTreeMap::new();
    for line in http::get(admin, "/stats").await?.lines() {
        // A metric without a name loses its dot, too.
        let own = line.strip_prefix("wasmcustom").map(|line| line.strip_prefix('.').unwrap_or(line));
        let own = own.and_then(|line| line.split_once(": "));
        if let Some((name, value)) = own.and_then(|(name, value)| Some((name, value.parse().ok()?))) {
            metrics.insert(name.to_owned(), value);
        }
    }
    for line in http::get(admin, "/stats/prometheus").await?.lines() {
        let count = line.split_once("_count{}").or_else(|| line.split_once("_count "));
        if let Some((name, value)) = count.filter(|(name, _)| name.starts_with("probe")) {
            metrics.insert(name.to_owned(), value.trim().parse()?);
        }
    }
    Ok(metrics)
}

/// What was logged on the main thread, whose number is `main`, and on each other one. `names` are addresses and ports
/// with the words that stand for them.
fn threads(log: &str, main: u32, names: &[(String, &'static str)]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut by_thread: Vec<(u32, Vec<String>)> = Vec::new();
    let mut of_main = Vec::new();
    for (thread, text) in log.lines().filter_map(entry) {
        let text = masked(text, names);
        if thread == main || main == 0 {
            of_main.push(text);
        } else if let Some((_, lines)) = by_thread.iter_mut().find(|(known, _)| *known == thread) {
            lines.push(text);
        } else {
            by_thread.push((thread, vec![text]));
        }
    }
    (of_main, by_thread.into_iter().map(|(_, lines)| lines).collect())
}

/// The thread, and the line as it is compared. Most of what Envoy says itself is not.
fn entry(entry: &str) -> Option<(u32, String)> {
    let (thread, rest) = entry.split_once(' ')?;
    let (level, rest) = rest.split_once(' ')?;
    let (_logger, text) = rest.split_once(' ')?;
    let text: String = serde_json::from_str(&format!("\"{text}\"")).ok()?;
    let text = match MODULE_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        Some(text) => line(level, text),
        None => by_host(&text)?,
    };
    Some((thread.parse().ok()?, text))
}
