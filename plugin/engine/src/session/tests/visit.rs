//! A client's visit: drives a worker with one connection and writes down what comes out.

use crate::dns;
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
use domain::rdata::{A, Txt};
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
    /// Nothing, until it was waited for long enough.
    Silent,
}

pub struct Visit {
    policy: Arc<Policy>,
    worker: Worker<Memory>,
    endpoints: Endpoints,
    millis: u64,
    /// The questions that were asked, whatever for, and their numbers.
    questions: Vec<(Vec<u8>, u32)>,
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

    /// Clients that come from now on are screened like this.
    pub fn has_policy(&mut self, policy: &str) -> &mut Self {
        self.policy = Arc::new(Policy::unwatched(policy));
        self.worker.set_policy(Arc::clone(&self.policy));
        self
    }

    /// The next client has this address.
    pub fn comes_from(&mut self, client: &str) -> &mut Self {
        self.endpoints.client = client.parse().unwrap();
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
        self.answers(&self.question_to(index), says)
    }

    /// A list that is looked at is well, or lists everybody.
    pub fn list_is_found(&mut self, index: usize, well: bool) -> &mut Self {
        let (list, about_client) = (self.policy.zones()[index].domain.as_str(), self.question_to(index));
        let is_canary =
            |question: &[u8]| question != about_client && text(question).ends_with(&format!(".{list} A"));
        let asked = self.questions.iter().map(|(question, _)| question);
        let canaries: Vec<_> = asked.filter(|question| is_canary(question)).cloned().collect();
        assert_eq!(canaries.len(), 4, "the list is looked at");
        let says = |canary: &[u8]| {
            if well && text(canary).starts_with("1.") { Says::Unlisted } else { Says::Listed }
        };
        let mut lines = Vec::new();
        for canary in &canaries {
            self.answers(canary, says(canary));
            lines.append(&mut self.lines);
        }
        self.lines = lines;
        self
    }

    /// DNS has this text, for 300 s.
    pub fn text_is(&mut self, name: &str, text: &str) -> &mut Self {
        let text: Txt<Vec<u8>> = Txt::build_from_slice(text.as_bytes()).unwrap();
        let question = text_question(name);
        let asked = Message::from_octets(question.as_slice()).unwrap();
        let mut answer = MessageBuilder::new_vec().start_answer(&asked, Rcode::NOERROR).unwrap();
        let owner = asked.sole_question().unwrap().into_qname();
        answer.push((owner, Ttl::from_secs(300), text)).unwrap();
        self.hears(&question, Ok(&answer.finish()))
    }

    /// The question for a text gets no answer.
    pub fn text_is_not_there(&mut self, name: &str) -> &mut Self {
        self.hears(&text_question(name), Err(DnsFailure::HttpStatus(503)))
    }

    fn question_to(&self, list: usize) -> Vec<u8> {
        self.policy.zones()[list].question(&reversed(self.client())).unwrap()
    }

    fn answers(&mut self, question: &[u8], says: Says) -> &mut Self {
        let asked = Message::from_octets(question).unwrap();
        let rcode = if matches!(says, Says::Listed) { Rcode::NOERROR } else { Rcode::NXDOMAIN };
        let mut answer = MessageBuilder::new_vec().start_answer(&asked, rcode).unwrap();
        if matches!(says, Says::Listed) {
            let owner = asked.sole_question().unwrap().into_qname();
            answer.push((owner, Ttl::from_secs(300), A::new([127, 0, 0, 2].into()))).unwrap();
        }
        let answer = answer.finish();
        self.hears(
            question,
            match says {
                Says::Broken => Err(DnsFailure::HttpStatus(503)),
                Says::Silent => Err(DnsFailure::Timeout),
                Says::Listed | Says::Unlisted => Ok(&answer),
            },
        )
    }

    /// The last such question is answered.
    fn hears(&mut self, question: &[u8], answer: Result<&[u8], DnsFailure>) -> &mut Self {
        let asked = self.questions.iter().rev().find(|(asked, _)| asked == question);
        let question = asked.map_or(u32::MAX, |&(_, number)| number);
        self.give(CLIENT, Input::DnsAnswer { question, answer })
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
        for task in tasks {
            if let Output::AskDns { question, message, .. } = &task.output {
                self.questions.push((message.clone(), *question));
            }
            if task.connection == Some(CLIENT) {
                outputs.push(task.output);
            }
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

    /// All that the last input brought out.
    pub fn lines(&self) -> &[String] {
        &self.lines
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

    /// Whether the last input has brought out this verdict.
    pub fn is_decided_as(&self, verdict: &str) -> bool {
        self.lines.contains(&format!("verdict {verdict}"))
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
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        Some(match output {
            Output::AskDns { message, .. } => {
                let mut lists = 0..self.policy.zones().len();
                match lists.find(|&list| self.question_to(list) == *message) {
                    Some(list) => format!("ask {list}"),
                    None => format!("ask {}", text(message)),
                }
            }
            Output::Dial(upstream) => format!("dial {upstream:?}"),
            Output::Teaser(bytes) => format!("tease {}", said(bytes)),
            Output::ToClient(bytes) => format!("say {}", said(bytes)),
            Output::Close => "close".to_owned(),
            Output::Log(line) => format!("log {}", line.text),
            Output::Skip(len) => format!("skip {len}"),
            Output::Count(..) | Output::Gauge(..) | Output::Sample(..) => return None,
            Output::Verdict(verdict) => format!("verdict {verdict}"),
            Output::Record(record) => format!("record {record}"),
        })
    }
}

fn text_question(name: &str) -> Vec<u8> {
    dns::Question { name: name.parse().unwrap(), kind: dns::Kind::Txt }.encode()
}

/// A question for people: `a.test TXT`.
fn text(question: &[u8]) -> String {
    let question = Message::from_octets(question).unwrap().sole_question().unwrap();
    format!("{} {}", question.qname(), question.qtype())
}

/// The address of some client.
pub fn address(number: u8) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, number], 4711))
}
