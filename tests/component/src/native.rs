//! The native engine, which the component is compared with.

use std::rc::Rc;
use std::sync::Arc;

use postscreen_engine::shared::Memory;
use postscreen_engine::{ConnectionId, HostTraits, Input, Instant, Now, Output, Policy, Task, Worker};

use crate::visit::{QuestionAsked, WORKERS};

/// What both sides know of their host.
pub const HOST: HostTraits = HostTraits { teases: true, hash_key: *b"0123456789abcdef" };

/// Workers that share a memory.
pub struct NativeEngine {
    policies: Vec<Arc<Policy>>,
    workers: Vec<Worker<Rc<Memory>>>,
}

/// What came of an input.
pub struct ToldLines {
    /// A line for each task, and one for the deadline.
    pub lines: Vec<String>,
    pub asked: Vec<QuestionAsked>,
}

impl NativeEngine {
    /// Workers under the first policy.
    pub fn new(policies: &[String]) -> anyhow::Result<Self> {
        let parse = |json: &String| Ok(Arc::new(Policy::parse(json.as_bytes())?));
        let policies = policies.iter().map(parse).collect::<anyhow::Result<Vec<_>>>()?;
        let memory = Rc::<Memory>::default();
        let workers = (0..WORKERS).map(|_| Worker::new(Rc::clone(&memory), Arc::clone(&policies[0]), HOST));
        Ok(Self { workers: workers.collect(), policies })
    }

    /// Sets one of the policies on a worker.
    pub fn set_policy(&mut self, worker: usize, policy: usize) {
        self.workers[worker].set_policy(Arc::clone(&self.policies[policy]));
    }

    /// Gives a worker an input.
    pub fn give(&mut self, worker: usize, connection: u64, input: Input<'_>, now: Now) -> ToldLines {
        let worker = &mut self.workers[worker];
        let tasks = worker.handle(ConnectionId(connection), input, now);
        let mut lines: Vec<_> = tasks.iter().map(describe).collect();
        lines.push(format!("deadline {:?}", worker.deadline().map(Instant::as_millis)));
        let asked = tasks.into_iter().filter_map(|task| match task.output {
            Output::AskDns { question, message, .. } => Some(QuestionAsked { number: question, message }),
            _ => None,
        });
        ToldLines { lines, asked: asked.collect() }
    }
}

fn describe(task: &Task) -> String {
    let what = match &task.output {
        Output::AskDns { question, message, timeout } => {
            format!("ask {question} {message:?} {}", timeout.as_millis())
        }
        Output::Skip(len) => format!("skip {len}"),
        Output::Dial(upstream) => format!("dial {upstream:?}"),
        Output::Teaser(bytes) => format!("tease {bytes:?}"),
        Output::ToClient(bytes) => format!("say {bytes:?}"),
        Output::Close => "close".to_owned(),
        Output::Log(line) => format!("log {:?} {}", line.severity, line.text),
        Output::Count(series, by) => format!("count {series} {by}"),
        Output::Gauge(series, value) => format!("gauge {series} {value}"),
        Output::Sample(series, value) => format!("sample {series} {value}"),
        Output::Verdict(verdict) => format!("verdict {verdict}"),
        Output::Record(record) => format!("record {record}"),
    };
    format!("{:?} {what}", task.connection.map(|ConnectionId(id)| id))
}
