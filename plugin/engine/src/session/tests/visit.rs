//! A client's visit: drives a session and writes down what comes out.

use crate::dnsbl::reversed;
use crate::io::{DnsFailure, Endpoints, Input, Output, Standing};
use crate::policy::Policy;
use crate::record::Record;
use crate::session::Session;
use crate::time::{Instant, Now};
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::A;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// The wall clock when a visit begins.
pub const EPOCH: u64 = 1_700_000_000;

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
    session: Session,
    millis: u64,
    /// What the host says about other sessions.
    pub standing: Standing,
    /// Whether it is the first of them that says that the client is new.
    pub first: bool,
    /// Everything that the session wanted, ever.
    pub outputs: Vec<Output>,
    lines: Vec<String>,
}

impl Visit {
    pub fn new(policy: &str) -> Self {
        Self::from(policy, "203.0.113.9:4711", "198.51.100.1:25")
    }

    pub fn from(policy: &str, client: &str, server: &str) -> Self {
        let policy = Arc::new(Policy::parse(policy.as_bytes()).unwrap());
        let endpoints = Endpoints { client: client.parse().unwrap(), server: server.parse().unwrap() };
        let session = Session::new(policy.clone(), endpoints);
        let standing = Standing::ALONE;
        Self { policy, session, millis: 0, standing, first: true, outputs: Vec::new(), lines: Vec::new() }
    }

    /// Moves on to this many seconds after the beginning.
    pub fn at(&mut self, seconds: f64) -> &mut Self {
        self.millis = u64::try_from(Duration::from_secs_f64(seconds).as_millis()).unwrap();
        self
    }

    pub fn opens(&mut self) -> &mut Self {
        self.give(Input::ClientOpened)
    }

    pub fn is_unknown(&mut self) -> &mut Self {
        self.give(Input::Remembered(None))
    }

    pub fn is_known(&mut self, stamps: [u32; 5]) -> &mut Self {
        self.give(Input::Remembered(Some(Record::from_stamps(stamps))))
    }

    pub fn talks(&mut self, bytes: &[u8]) -> &mut Self {
        self.give(Input::ClientBytes(bytes))
    }

    pub fn leaves(&mut self) -> &mut Self {
        self.give(Input::ClientEnd)
    }

    pub fn wakes(&mut self) -> &mut Self {
        self.give(Input::DeadlineReached)
    }

    pub fn list_says(&mut self, index: u16, says: Says) -> &mut Self {
        let zone = &self.policy.zones()[usize::from(index)];
        let question = zone.question(&reversed(self.session.client_address())).unwrap();
        let question = Message::from_octets(question).unwrap();
        let rcode = if matches!(says, Says::Listed) { Rcode::NOERROR } else { Rcode::NXDOMAIN };
        let mut answer = MessageBuilder::new_vec().start_answer(&question, rcode).unwrap();
        if matches!(says, Says::Listed) {
            let owner = question.sole_question().unwrap().into_qname();
            answer.push((owner, Ttl::from_secs(300), A::new([127, 0, 0, 2].into()))).unwrap();
        }
        let message = answer.finish();
        let answer = match says {
            Says::Broken => Err(DnsFailure::HttpStatus(503)),
            Says::Listed | Says::Unlisted => Ok(message.as_slice()),
        };
        self.give(Input::DnsAnswer { question: index, answer })
    }

    /// The mail server's first bytes have come.
    pub fn backend_answers(&mut self) -> &mut Self {
        self.give(Input::BackendAnswered)
    }

    /// Gives an input, and what a host with tables at hand answers at once.
    fn give(&mut self, input: Input<'_>) -> &mut Self {
        let now = Now { instant: Instant::from_millis(self.millis), unix: EPOCH + self.millis / 1_000 };
        let mut waiting = VecDeque::from(self.session.handle(input, now));
        let mut outputs = Vec::new();
        while let Some(output) = waiting.pop_front() {
            let answer = match output {
                Output::Join(_) => Some(Input::Joined(self.standing)),
                Output::ClaimPassNew(_) => Some(Input::PassNewClaimed(self.first)),
                _ => None,
            };
            outputs.push(output);
            waiting.extend(answer.into_iter().flat_map(|answer| self.session.handle(answer, now)));
        }
        self.lines = outputs.iter().filter_map(describe).collect();
        self.outputs.extend(outputs);
        self
    }

    /// Compares all that the last input brought out.
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

    pub fn deadline(&self) -> Option<f64> {
        self.session.deadline().map(|deadline| Duration::from_millis(deadline.as_millis()).as_secs_f64())
    }

    /// Whether the client has been served, refused or lost.
    pub fn is_decided(&self) -> bool {
        self.outputs.iter().any(|output| matches!(output, Output::Verdict(_)))
    }

    pub fn is_over(&self) -> bool {
        self.session.is_over()
    }

    pub fn remembered(&self) -> Option<Record> {
        self.outputs.iter().find_map(|output| match output {
            Output::Remember(_, record) => Some(*record),
            _ => None,
        })
    }
}

/// One line per output; counters and the bookkeeping of sessions are left out.
fn describe(output: &Output) -> Option<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    Some(match output {
        Output::AskDns { question, .. } => format!("ask {question}"),
        Output::Recall(client) => format!("recall {client}"),
        Output::Remember(_, record) => {
            format!("remember {}", record.stamps().map(|stamp| stamp.to_string()).join(";"))
        }
        Output::Dial(upstream) => format!("dial {upstream:?}"),
        Output::Teaser(bytes) => format!("tease {}", text(bytes)),
        Output::ToClient(bytes) => format!("say {}", text(bytes)),
        Output::Close => "close".to_owned(),
        Output::Log(line) => format!("log {}", line.text),
        Output::Skip(len) => format!("skip {len}"),
        Output::Count(_)
        | Output::Join(_)
        | Output::Renew(_)
        | Output::Share(..)
        | Output::ClaimPassNew(_)
        | Output::Leave(_) => return None,
        Output::Adjust(_, by) => format!("held {by:+}"),
        Output::Verdict(verdict) => format!("verdict {verdict}"),
    })
}
