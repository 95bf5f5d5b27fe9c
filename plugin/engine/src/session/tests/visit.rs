//! A client's visit: drives a worker with one connection and writes down what comes out.

use crate::dnsbl::reversed;
use crate::io::{ConnectionId, DnsFailure, Endpoints, HostTraits, Input, Output};
use crate::policy::Policy;
use crate::record::Record;
use crate::registry::bucket::{Bucket, ClientEntry};
use crate::registry::{HashKey, recall, remember};
use crate::shared::{Memory, SharedData};
use crate::time::{Instant, Now};
use crate::worker::Worker;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::A;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The wall clock when a visit begins.
pub const EPOCH: u64 = 1_700_000_000;

const CLIENT: ConnectionId = ConnectionId(1);

/// What a list says.
#[derive(Clone, Copy, Debug)]
pub enum Says {
    /// 127.0.0.2, for 300 s.
    Listed,
    Unlisted,
    Broken,
}

pub struct Visit {
    policy: Arc<Policy>,
    worker: Worker<Memory>,
    endpoints: Endpoints,
    millis: u64,
    /// The numbers of the questions, in the order of the lists.
    questions: Vec<u32>,
    /// Everything that the session wanted, ever.
    pub outputs: Vec<Output>,
    lines: Vec<String>,
}

impl Visit {
    pub fn new(policy: &str) -> Self {
        Self::from(policy, "203.0.113.9:4711", "198.51.100.1:25")
    }

    pub fn from(policy: &str, client: &str, server: &str) -> Self {
        Self::at_host(policy, client, server, true)
    }

    /// At a host that speaks only when it has dialled.
    pub fn without_teaser(policy: &str) -> Self {
        Self::at_host(policy, "203.0.113.9:4711", "198.51.100.1:25", false)
    }

    fn at_host(policy: &str, client: &str, server: &str, teases: bool) -> Self {
        let policy = Arc::new(Policy::unwatched(policy));
        let endpoints = Endpoints { client: client.parse().unwrap(), server: server.parse().unwrap() };
        let worker = Worker::new(Memory::default(), policy.clone(), HostTraits { teases, hash_key: [7; 16] });
        let (questions, outputs, lines) = (Vec::new(), Vec::new(), Vec::new());
        Self { policy, worker, endpoints, millis: 0, questions, outputs, lines }
    }

    /// Moves on to this many seconds after the beginning.
    pub fn at(&mut self, seconds: f64) -> &mut Self {
        self.millis = u64::try_from(Duration::from_secs_f64(seconds).as_millis()).unwrap();
        self
    }

    pub fn opens(&mut self) -> &mut Self {
        self.give(CLIENT, Input::ClientOpened(Some(self.endpoints)))
    }

    /// The client has been here before, and this is what it passed.
    pub fn is_known(&mut self, stamps: [u32; 5]) -> &mut Self {
        assert!(remember(self.worker.shared(), self.client(), Record::from_stamps(stamps), &self.policy));
        self
    }

    /// Somebody else comes to the same worker, as connection `number`, which is not 1.
    pub fn other_opens(&mut self, number: u64, client: &str) -> &mut Self {
        let endpoints = Endpoints { client: client.parse().unwrap(), server: self.endpoints.server };
        self.give(ConnectionId(number), Input::ClientOpened(Some(endpoints)))
    }

    pub fn other_leaves(&mut self, number: u64) -> &mut Self {
        self.give(ConnectionId(number), Input::ClientClosed)
    }

    pub fn talks(&mut self, bytes: &[u8]) -> &mut Self {
        self.give(CLIENT, Input::ClientBytes(bytes))
    }

    pub fn ends(&mut self) -> &mut Self {
        self.give(CLIENT, Input::ClientEnd)
    }

    pub fn leaves(&mut self) -> &mut Self {
        self.give(CLIENT, Input::ClientClosed)
    }

    pub fn wakes(&mut self) -> &mut Self {
        self.give(CLIENT, Input::DeadlineReached)
    }

    /// A list that was not asked says nothing.
    pub fn list_says(&mut self, index: usize, says: Says) -> &mut Self {
        let message = self.message(index, says);
        let question = self.questions.get(index).copied().unwrap_or(u32::MAX);
        let answer = message.as_deref().map_err(|&failure| failure);
        self.give(CLIENT, Input::DnsAnswer { question, answer })
    }

    fn message(&self, index: usize, says: Says) -> Result<Vec<u8>, DnsFailure> {
        let question = self.policy.zones()[index].question(&reversed(self.client())).unwrap();
        let question = Message::from_octets(question).unwrap();
        let rcode = if matches!(says, Says::Listed) { Rcode::NOERROR } else { Rcode::NXDOMAIN };
        let mut answer = MessageBuilder::new_vec().start_answer(&question, rcode).unwrap();
        if matches!(says, Says::Listed) {
            let owner = question.sole_question().unwrap().into_qname();
            answer.push((owner, Ttl::from_secs(300), A::new([127, 0, 0, 2].into()))).unwrap();
        }
        match says {
            Says::Broken => Err(DnsFailure::HttpStatus(503)),
            Says::Listed | Says::Unlisted => Ok(answer.finish()),
        }
    }

    /// The mail server's first bytes have come.
    pub fn backend_answers(&mut self) -> &mut Self {
        self.give(CLIENT, Input::BackendAnswered)
    }

    /// Gives an input, and calls again as long as a deadline is due, as every host does.
    fn give(&mut self, connection: ConnectionId, input: Input<'_>) -> &mut Self {
        let now = Now { instant: Instant::from_millis(self.millis), unix: EPOCH + self.millis / 1_000 };
        let before = self.remembered();
        let mut tasks = self.worker.handle(connection, input, now);
        let mut calls = 0;
        while self.worker.deadline().is_some_and(|deadline| deadline <= now.instant) {
            tasks.extend(self.worker.handle(connection, Input::DeadlineReached, now));
            calls += 1;
            assert!(calls < 5, "what was due has been done");
        }
        let mut outputs = Vec::new();
        for task in tasks.into_iter().filter(|task| task.connection == Some(CLIENT)) {
            if let Output::AskDns { question, .. } = &task.output {
                self.questions.push(*question);
            }
            outputs.push(task.output);
        }
        self.lines = outputs.iter().filter_map(|output| self.describe(output)).collect();
        self.outputs.extend(outputs);
        let after = self.remembered().filter(|&record| before != Some(record));
        self.lines.extend(
            after.map(|record| {
                format!("remember {}", record.stamps().map(|stamp| stamp.to_string()).join(";"))
            }),
        );
        self
    }

    /// Compares all that the last input brought out; what is remembered of the client comes last, if that has changed.
    #[track_caller]
    pub fn then(&self, expected: &[&str]) {
        assert_eq!(self.lines, expected);
    }

    /// One line that the last input brought out begins like this, or holds it.
    #[track_caller]
    pub fn has(&self, part: &str) {
        assert!(self.lines.iter().any(|line| line.contains(part)), "{part:?} is not in {:#?}", self.lines);
    }

    pub fn line(&self, index: usize) -> String {
        self.lines[index].clone()
    }

    /// Whether the worker has to do anything, ever.
    pub fn has_deadline(&self) -> bool {
        self.worker.deadline().is_some()
    }

    /// Whether the client has been served, refused or lost.
    pub fn is_decided(&self) -> bool {
        self.outputs.iter().any(|output| matches!(output, Output::Verdict(_)))
    }

    pub fn is_over(&self) -> bool {
        !self.worker.has(CLIENT)
    }

    /// Sessions of the client, as they are counted.
    pub fn open_sessions(&self) -> u32 {
        let shared = self.worker.shared();
        let bucket = HashKey::of(shared).bucket_of(self.client(), self.policy.cache.buckets);
        let stored = shared.fetch(&format!("postscreen.clients.{bucket}")).unwrap();
        let bucket = Bucket::decode(&stored.map_or(Vec::new(), |(bytes, _)| bytes));
        bucket.find(self.client()).map_or(0, ClientEntry::sessions)
    }

    /// What is remembered of the client.
    pub fn remembered(&self) -> Option<Record> {
        recall(self.worker.shared(), self.client(), &self.policy)
    }

    fn client(&self) -> IpAddr {
        self.endpoints.client.ip().to_canonical()
    }

    /// One line per output; what is measured is left out.
    fn describe(&self, output: &Output) -> Option<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        Some(match output {
            Output::AskDns { question, .. } => {
                let list = self.questions.iter().position(|number| number == question)?;
                format!("ask {list}")
            }
            Output::Dial(upstream) => format!("dial {upstream:?}"),
            Output::Teaser(bytes) => format!("tease {}", text(bytes)),
            Output::ToClient(bytes) => format!("say {}", text(bytes)),
            Output::Close => "close".to_owned(),
            Output::Log(line) => format!("log {}", line.text),
            Output::Skip(len) => format!("skip {len}"),
            Output::Count(..) | Output::Gauge(..) | Output::Sample(..) => return None,
            Output::Verdict(verdict) => format!("verdict {verdict}"),
        })
    }
}

/// The address of some client.
pub fn address(number: u8) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, number], 4711))
}
