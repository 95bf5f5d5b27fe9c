//! The component in wasmtime, with its outputs written as the native engine's are.

use crate::visit::{CLIENT, Event, SERVER, Visit};
use anyhow::{Result, anyhow};
use exports::postscreen::screen::screening as wit;
use postscreen_engine::{DnsFailure, Now};
use wasmtime::component::{Linker, ResourceAny};
use wasmtime::{Engine, Store};

wasmtime::component::bindgen!({ world: "screen", path: "../../wit" });

/// A loaded component.
pub struct Component {
    store: Store<()>,
    screen: Screen,
}

/// The names of everything that the component at `path` imports.
pub fn imports(path: &str) -> Result<Vec<String>> {
    let engine = Engine::default();
    let component = load(&engine, path)?;
    Ok(component.component_type().imports(&engine).map(|(name, _)| name.to_owned()).collect())
}

fn load(engine: &Engine, path: &str) -> Result<wasmtime::component::Component> {
    wasmtime::component::Component::from_file(engine, path)
        .map_err(|error| anyhow!("{path}: {error:#} (cargo xtask wasm builds it)"))
}

impl Component {
    /// Loads a component into an empty world.
    pub fn load(path: &str) -> Result<Self> {
        let engine = Engine::default();
        let component = load(&engine, path)?;
        let mut store = Store::new(&engine, ());
        let screen = Screen::instantiate(&mut store, &component, &Linker::new(&engine)).map_err(trap)?;
        Ok(Self { store, screen })
    }

    /// Parses a configuration.
    pub fn parse(&mut self, json: &str) -> Result<Result<ResourceAny, wit::Problem>> {
        let guest = self.screen.postscreen_screen_screening();
        guest.policy().call_parse(&mut self.store, json.as_bytes()).map_err(trap)
    }

    /// A configuration that is known to be valid.
    pub fn policy(&mut self, json: &str) -> Result<ResourceAny> {
        self.parse(json)?.map_err(|problem| anyhow!("{}: {}", problem.path, problem.message))
    }

    /// Every metric, in one line each.
    pub fn metrics(&mut self) -> Result<Vec<String>> {
        let guest = self.screen.postscreen_screen_screening();
        let metrics = guest.call_metrics(&mut self.store).map_err(trap)?;
        let line = |metric: &wit::Metric| {
            let kind = match metric.kind {
                wit::MetricKind::Counter => "counter",
                wit::MetricKind::Gauge => "gauge",
            };
            format!("{kind} {}: {}", metric.name, metric.help)
        };
        Ok(metrics.iter().map(line).collect())
    }

    /// Opens a session.
    pub fn open(
        &mut self,
        policy: ResourceAny,
        client: &str,
        server: &str,
    ) -> Result<Result<ResourceAny, String>> {
        let guest = self.screen.postscreen_screen_screening();
        guest.session().call_open(&mut self.store, policy, client, server).map_err(trap)
    }

    /// What the component makes of a visit; see [`Visit::play_native`].
    pub fn play(&mut self, visit: &Visit) -> Result<Vec<String>> {
        let policy = self.policy(&visit.policy)?;
        let session = self.open(policy, CLIENT, SERVER)?.map_err(|error| anyhow!(error))?;
        let screen = self.screen.postscreen_screen_screening().session();
        let mut lines = Vec::new();
        for (now, event) in visit.moments() {
            let outputs =
                screen.call_handle(&mut self.store, session, &input(event), moment(now)).map_err(trap)?;
            lines.extend(outputs.iter().map(describe));
            let deadline = screen.call_deadline(&mut self.store, session).map_err(trap)?;
            let over = screen.call_over(&mut self.store, session).map_err(trap)?;
            lines.push(format!("deadline {deadline:?}, over {over}"));
        }
        session.resource_drop(&mut self.store).map_err(trap)?;
        policy.resource_drop(&mut self.store).map_err(trap)?;
        Ok(lines)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn trap(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

fn moment(now: Now) -> wit::Now {
    wit::Now { monotonic_ms: now.instant.as_millis(), unix_s: now.unix }
}

fn input(event: &Event) -> wit::Input {
    match event {
        Event::Opened => wit::Input::ClientOpened,
        Event::Joined(standing) => wit::Input::Joined(wit::Standing {
            of_client: standing.of_client,
            shared: standing.shared.map(|record| passes(record.stamps())),
            sessions: standing.sessions,
            in_transit: standing.in_transit,
            stressed: standing.stressed,
        }),
        Event::Remembered(stamps) => wit::Input::Remembered(stamps.map(passes)),
        Event::Claimed(first) => wit::Input::PassNewClaimed(*first),
        Event::BackendAnswered => wit::Input::BackendAnswered,
        Event::Bytes(bytes) => wit::Input::ClientBytes(bytes.clone()),
        Event::End => wit::Input::ClientEnd,
        Event::Closed => wit::Input::ClientClosed,
        Event::Answer(question, answer) => wit::Input::DnsAnswer(wit::DnsAnswer {
            question: *question,
            answer: answer.clone().map_err(|failure| match failure {
                DnsFailure::Unreachable => wit::DnsFailure::Unreachable,
                DnsFailure::Timeout => wit::DnsFailure::Timeout,
                DnsFailure::HttpStatus(status) => wit::DnsFailure::HttpStatus(status),
            }),
        }),
        Event::Deadline => wit::Input::DeadlineReached,
    }
}

fn passes([pregreet, dnsbl, pipelining, non_smtp_command, bare_newline]: [u32; 5]) -> wit::Passes {
    wit::Passes { pregreet, dnsbl, pipelining, non_smtp_command, bare_newline }
}

fn describe(output: &wit::Output) -> String {
    let stamps = |passes: &wit::Passes| {
        [passes.pregreet, passes.dnsbl, passes.pipelining, passes.non_smtp_command, passes.bare_newline]
    };
    match output {
        wit::Output::AskDns(question) => {
            format!("ask {} {:?} {}", question.number, question.message, question.timeout_ms)
        }
        wit::Output::Join(client) => format!("join {client}"),
        wit::Output::Renew(client) => format!("renew {client}"),
        wit::Output::Share(share) => {
            let changed: Vec<bool> = [
                wit::Tests::PREGREET,
                wit::Tests::DNSBL,
                wit::Tests::PIPELINING,
                wit::Tests::NON_SMTP_COMMAND,
                wit::Tests::BARE_NEWLINE,
            ]
            .into_iter()
            .map(|test| share.changed.contains(test))
            .collect();
            format!("share {} {:?} {changed:?}", share.client, stamps(&share.passes))
        }
        wit::Output::ClaimPassNew(client) => format!("claim {client}"),
        wit::Output::Leave(client) => format!("leave {client}"),
        wit::Output::Skip(len) => format!("skip {len}"),
        wit::Output::Recall(client) => format!("recall {client}"),
        wit::Output::Remember(memory) => format!("remember {} {:?}", memory.client, stamps(&memory.passes)),
        wit::Output::Dial(wit::Upstream::Backend) => "dial Backend".to_owned(),
        wit::Output::Dial(wit::Upstream::Nobody) => "dial Nobody".to_owned(),
        wit::Output::Teaser(bytes) => format!("tease {bytes:?}"),
        wit::Output::ToClient(bytes) => format!("say {bytes:?}"),
        wit::Output::Close => "close".to_owned(),
        wit::Output::Log(line) => {
            let severity = match line.severity {
                wit::Severity::Info => "Info",
                wit::Severity::Warning => "Warning",
            };
            format!("log {severity} {} {:?}", line.text, line.once_per_minute)
        }
        wit::Output::Count(name) => format!("count {name}"),
        wit::Output::Adjust(change) => format!("adjust {} {}", change.gauge, change.by),
        wit::Output::Verdict(verdict) => format!("verdict {verdict}"),
    }
}
