//! A dry run: what does a session do with a client that waits for its turn, speaks SMTP and delivers one mail?

use super::{ClientFacts, in_order_of_arrival, questions};
use crate::io::{ConnectionId, Destination, DnsFailure, Endpoints, HostTraits, Input, Output};
use crate::policy::{Policy, UpstreamProxy};
use crate::record::Record;
use crate::registry::{recall, remember};
use crate::shared::Memory;
use crate::time::{Instant, Now};
use crate::verdict::Verdict;
use crate::worker::Worker;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// How long a client waits for anything before it gives up: five minutes for the greeting (RFC 5321, section
/// 4.5.3.2.1).
pub const PATIENCE: Duration = Duration::from_mins(5);

/// Where passes can be earned, if the case does not name an address.
const SOME_SERVER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SMTP_PORT: u16 = 25;

/// One mail, as far as the dummy SMTP server lets it come.
const DIALOGUE: [&str; 3] =
    ["EHLO client.example\r\n", "MAIL FROM:<sender@client.example>\r\n", "RCPT TO:<postmaster>\r\n"];
const QUIT: &str = "QUIT\r\n";

/// What happens to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreeningOutcome {
    /// Whether it gets to the mail server.
    pub served: bool,
    /// The decision, as in access logs.
    pub verdict: Verdict,
    /// How long it waits until it is served, refused, or greeted by the dummy SMTP server.
    pub waits: Duration,
    /// For a client that is not served: the reply after which it gives up, without CR LF.
    pub reply: Option<String>,
    /// Whether that reply is all that it gets, and the connection is closed; otherwise the dummy SMTP server talks to
    /// it, and this is what it says to RCPT.
    pub turned_away: bool,
    /// What is remembered of it afterwards; `None`: nothing changes.
    pub remembered: Option<Record>,
}

/// The only connection that there is.
const CLIENT: ConnectionId = ConnectionId(1);
/// A host that speaks only when it has dialled, as Envoy; nobody aims at its memory.
const HOST: HostTraits = HostTraits { teases: false, hash_key: [0; 16] };

/// The outcome, and what the lists had to do with it.
pub(super) struct Findings {
    pub outcome: ScreeningOutcome,
    /// Whether the session asked the lists.
    pub lists_asked: bool,
    /// The lists that answered before the end of the tests.
    pub heard: BTreeSet<usize>,
}

struct DryRun<'a> {
    worker: Worker<Memory>,
    case: &'a ClientFacts<'a>,
    time: Duration,
    inputs: VecDeque<Input<'a>>,
    lines: VecDeque<&'static str>,
    /// The lists that can be asked about this client, by what they are asked.
    lists: BTreeMap<Vec<u8>, usize>,
    /// The number of each list's question.
    questions: BTreeMap<usize, u32>,
    heard: BTreeSet<usize>,
    dialled: Option<(Destination, Duration)>,
    verdict: Option<Verdict>,
    reply: Option<String>,
    replies: u32,
    /// The dialogue is over.
    quits: bool,
    /// The client has given up.
    gone: bool,
}

/// Plays the client against a worker of its own.
pub(super) fn dry_run(policy: &Policy, case: &ClientFacts<'_>) -> Findings {
    let mut policy = policy.clone();
    // The address is given; no header has to tell it.
    policy.upstream_proxy_protocol = UpstreamProxy::None;
    // Nobody waits for what does not change the verdict: all lists have been asked, and are taken as they are.
    (policy.dnsbl_watch_enable, policy.dnsbl_frugal_enable, policy.dnsbl_reason_enable) =
        (false, false, false);
    if case.server.is_none() {
        policy.allowlist_interfaces = Policy::default().allowlist_interfaces;
    }
    let address = |ip| SocketAddr::new(ip, SMTP_PORT);
    let endpoints =
        Endpoints { client: address(case.client), server: address(case.server.unwrap_or(SOME_SERVER)) };
    let client = case.client.to_canonical();
    let lists = questions(&policy, client).into_iter().enumerate();
    let lists = lists.filter_map(|(list, question)| Some((question?, list))).collect();
    let policy = Arc::new(policy);
    let worker = Worker::new(Memory::default(), Arc::clone(&policy), HOST);
    if let Some(record) = case.record {
        remember(worker.shared(), client, record, &policy);
    }
    let mut run = DryRun {
        worker,
        case,
        time: Duration::ZERO,
        inputs: VecDeque::from([Input::ClientOpened(Some(endpoints))]),
        lines: DIALOGUE.into(),
        lists,
        questions: BTreeMap::new(),
        heard: BTreeSet::new(),
        dialled: None,
        verdict: None,
        reply: None,
        replies: 0,
        quits: false,
        gone: false,
    };
    run.play();
    let record = recall(run.worker.shared(), client, &policy);
    run.tell(record.filter(|_| record != case.record))
}

impl DryRun<'_> {
    /// Gives inputs until the client is served or the connection is closed. The client's patience ends every run:
    /// what a session waits for longer it does not get.
    fn play(&mut self) {
        let mut arrivals = VecDeque::from(in_order_of_arrival(self.case.replies));
        loop {
            while let Some(input) = self.inputs.pop_front() {
                let millis = u64::try_from(self.time.as_millis()).unwrap_or(u64::MAX);
                let unix = self.case.unix.saturating_add(self.time.as_secs());
                let now = Now { instant: Instant::from_millis(millis), unix };
                for task in self.worker.handle(CLIENT, input, now) {
                    self.carry_out(task.output);
                }
            }
            if self.is_served() || !self.worker.has(CLIENT) {
                return;
            }
            let deadline = self.worker.deadline().map(|at| Duration::from_millis(at.as_millis()));
            let Some(deadline) = deadline.filter(|&at| at <= PATIENCE) else {
                if self.gone {
                    return;
                }
                self.gone = true;
                self.time = PATIENCE;
                self.inputs.push_back(Input::ClientClosed);
                continue;
            };
            match arrivals.front() {
                Some(&(index, answer, after))
                    if !self.questions.is_empty() && self.dialled.is_none() && after < deadline =>
                {
                    arrivals.pop_front();
                    self.heard.insert(index);
                    self.time = self.time.max(after);
                    if let Some(&question) = self.questions.get(&index) {
                        self.inputs.push_back(Input::DnsAnswer { question, answer });
                    }
                }
                _ => {
                    self.time = self.time.max(deadline);
                    self.inputs.push_back(Input::DeadlineReached);
                }
            }
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::AskDns { question, message, .. } => {
                if let Some(&list) = self.lists.get(&message) {
                    self.questions.insert(list, question);
                } else {
                    let reply = self.case.sender_replies.get(&message);
                    let answer = reply.map_or(Err(DnsFailure::Unreachable), |reply| {
                        reply.as_ref().map(Vec::as_slice).map_err(|&failure| failure)
                    });
                    self.inputs.push_back(Input::DnsAnswer { question, answer });
                }
            }
            Output::Dial(upstream) => self.dialled = Some((upstream, self.time)),
            Output::ToClient(bytes) => self.hear(&bytes),
            Output::Verdict(verdict) => self.verdict = Some(verdict),
            Output::Close
            | Output::Count(..)
            | Output::Sample(..)
            | Output::Gauge(..)
            | Output::Log(_)
            | Output::Record(_)
            | Output::Skip(_)
            | Output::Teaser(_) => {}
        }
    }

    /// The client reads a reply, and sends its next command. What comes after the answer to RCPT is a farewell.
    fn hear(&mut self, reply: &[u8]) {
        if self.quits {
            return;
        }
        self.replies = self.replies.saturating_add(1);
        self.reply = Some(String::from_utf8_lossy(reply).trim_end().to_owned());
        let line = self.lines.pop_front().unwrap_or(QUIT);
        self.quits = line == QUIT;
        self.inputs.push_back(Input::ClientBytes(line.as_bytes()));
    }

    fn is_served(&self) -> bool {
        matches!(self.dialled, Some((Destination::Backend, _)))
    }

    fn tell(self, remembered: Option<Record>) -> Findings {
        let served = self.is_served();
        Findings {
            outcome: ScreeningOutcome {
                served,
                verdict: self.verdict.unwrap_or(Verdict::Hangup),
                waits: self.dialled.map_or(self.time, |(_, at)| at),
                turned_away: !served && self.replies == 1,
                reply: self.reply,
                remembered,
            },
            lists_asked: !self.questions.is_empty(),
            heard: self.heard,
        }
    }
}
