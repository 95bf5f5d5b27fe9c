//! The component in wasmtime, with its tasks written as the native engine's are.

use anyhow::{Result, anyhow};
use exports::postscreen::screen::screening as wit;
use postscreen_engine::{DnsFailure, Input, Now};
use wasmtime::component::{Linker, ResourceAny};
use wasmtime::{Engine, Store};

use crate::native::HOST;
use crate::visit::WORKERS;

wasmtime::component::bindgen!({ world: "screen", path: "../../wit" });

/// A component that has been compiled.
pub struct Component {
    engine: Engine,
    ready: ScreenPre<()>,
}

/// One instance of it.
pub struct Instance {
    store: Store<()>,
    screen: Screen,
}

/// An instance with workers that share a memory, and the policies that they may have.
pub struct Workers {
    instance: Instance,
    policies: Vec<ResourceAny>,
    resources: Vec<ResourceAny>,
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
    /// Compiles the component at `path`.
    pub fn load(path: &str) -> Result<Self> {
        let engine = Engine::default();
        let component = load(&engine, path)?;
        let ready = Linker::new(&engine).instantiate_pre(&component).and_then(ScreenPre::new);
        Ok(Self { ready: ready.map_err(trap)?, engine })
    }

    /// A new instance in an empty world.
    pub fn instance(&self) -> Result<Instance> {
        let mut store = Store::new(&self.engine, ());
        let screen = self.ready.instantiate(&mut store).map_err(trap)?;
        Ok(Instance { store, screen })
    }

    /// A new instance with workers under the first policy.
    pub fn workers(&self, policies: &[String]) -> Result<Workers> {
        let mut instance = self.instance()?;
        let policies = policies.iter().map(|json| instance.policy(json)).collect::<Result<Vec<_>>>()?;
        let workers = (0..WORKERS).map(|_| instance.worker(policies[0])).collect::<Result<_>>()?;
        Ok(Workers { instance, policies, resources: workers })
    }
}

impl Instance {
    /// Parses a configuration.
    pub fn parse(&mut self, json: &str) -> Result<Result<ResourceAny, wit::Problem>> {
        let guest = self.screen.postscreen_screen_screening();
        guest.policy().call_parse(&mut self.store, json.as_bytes()).map_err(trap)
    }

    /// A configuration that is known to be valid.
    pub fn policy(&mut self, json: &str) -> Result<ResourceAny> {
        self.parse(json)?.map_err(|problem| anyhow!("{}: {}", problem.path, problem.message))
    }

    /// A worker with this policy.
    pub fn worker(&mut self, policy: ResourceAny) -> Result<ResourceAny> {
        let [high, low] = [&HOST.hash_key[..8], &HOST.hash_key[8..]]
            .map(|half| half.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)));
        let host = wit::Host { teases: HOST.teases, hash_key: (high, low) };
        let guest = self.screen.postscreen_screen_screening().worker();
        guest.call_constructor(&mut self.store, policy, host).map_err(trap)
    }

    /// Every metric of a policy, in one line each.
    pub fn metrics(&mut self, policy: ResourceAny) -> Result<Vec<String>> {
        let guest = self.screen.postscreen_screen_screening().policy();
        let metrics = guest.call_metrics(&mut self.store, policy).map_err(trap)?;
        let line = |metric: &wit::Metric| {
            let kind = match metric.kind {
                wit::MetricKind::Counter => "counter",
                wit::MetricKind::Gauge => "gauge",
                wit::MetricKind::Histogram => "histogram",
            };
            format!("{kind} {}: {}", metric.name, metric.help)
        };
        Ok(metrics.iter().map(line).collect())
    }

    /// Lets a worker accept a client.
    pub fn accept(
        &mut self,
        worker: ResourceAny,
        connection: u64,
        ends: Option<(&str, &str)>,
        now: Now,
    ) -> Result<Result<Vec<wit::Task>, String>> {
        let ends =
            ends.map(|(client, server)| wit::Endpoints { client: client.into(), server: server.into() });
        let guest = self.screen.postscreen_screen_screening().worker();
        guest.call_accept(&mut self.store, worker, connection, ends.as_ref(), moment(now)).map_err(trap)
    }
}

impl Workers {
    /// Sets one of the policies on a worker.
    pub fn set_policy(&mut self, worker: usize, policy: usize) -> Result<()> {
        let guest = self.instance.screen.postscreen_screen_screening().worker();
        let (worker, policy) = (self.resources[worker], self.policies[policy]);
        guest.call_set_policy(&mut self.instance.store, worker, policy).map_err(trap)
    }

    /// Gives a worker an input; a line for each task, and one for the deadline, as [`crate::native::ToldLines`] has
    /// them.
    pub fn give(
        &mut self,
        worker: usize,
        connection: u64,
        input: Input<'_>,
        now: Now,
    ) -> Result<Vec<String>> {
        let worker = self.resources[worker];
        let tasks = if let Input::ClientOpened(ends) = input {
            let ends = ends.map(|ends| (ends.client.to_string(), ends.server.to_string()));
            let ends = ends.as_ref().map(|(client, server)| (client.as_str(), server.as_str()));
            self.instance.accept(worker, connection, ends, now)?.map_err(|error| anyhow!(error))?
        } else {
            let guest = self.instance.screen.postscreen_screen_screening().worker();
            let what = translated(input);
            let store = &mut self.instance.store;
            guest.call_handle(store, worker, connection, &what, moment(now)).map_err(trap)?
        };
        let mut lines: Vec<_> = tasks.iter().map(describe).collect();
        let guest = self.instance.screen.postscreen_screen_screening().worker();
        let deadline = guest.call_deadline(&mut self.instance.store, worker).map_err(trap)?;
        lines.push(format!("deadline {deadline:?}"));
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

fn translated(input: Input<'_>) -> wit::Input {
    match input {
        Input::ClientOpened(_) => unreachable!("a client is opened by `accept`"),
        Input::ClientBytes(bytes) => wit::Input::ClientBytes(bytes.to_vec()),
        Input::ClientEnd => wit::Input::ClientEnd,
        Input::ClientClosed => wit::Input::ClientClosed,
        Input::BackendAnswered => wit::Input::BackendAnswered,
        Input::DnsAnswer { question, answer } => wit::Input::DnsAnswer(wit::DnsAnswer {
            question,
            answer: answer.map(<[u8]>::to_vec).map_err(|failure| match failure {
                DnsFailure::Unreachable => wit::DnsFailure::Unreachable,
                DnsFailure::Timeout => wit::DnsFailure::Timeout,
                DnsFailure::HttpStatus(status) => wit::DnsFailure::HttpStatus(status),
            }),
        }),
        Input::DeadlineReached => wit::Input::DeadlineReached,
    }
}

fn describe(task: &wit::Task) -> String {
    let what = match &task.what {
        wit::Output::AskDns(question) => {
            format!("ask {} {:?} {}", question.number, question.message, question.timeout_ms)
        }
        wit::Output::Skip(len) => format!("skip {len}"),
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
            format!("log {severity} {}", line.text)
        }
        wit::Output::Count(counted) => format!("count {} {}", counted.metric, counted.value),
        wit::Output::Gauge(level) => format!("gauge {} {}", level.metric, level.value),
        wit::Output::Sample(sample) => format!("sample {} {}", sample.metric, sample.value),
        wit::Output::Verdict(verdict) => format!("verdict {verdict}"),
        wit::Output::Record(record) => format!("record {record}"),
    };
    format!("{:?} {what}", task.connection)
}
