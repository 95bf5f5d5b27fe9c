//! One connection as its host sees it, and what may never happen to it.

use crate::client_record::{ClientRecord, RECORD_MAX, TestRecord, TestResult};
use crate::io::{Destination, Output};
use crate::policy::{Action, Policy, UpstreamProxy};
use crate::record::Test;
use crate::replay::{Doubt, replay};
use crate::session::EARLY_MAX;
use crate::verdict::Verdict;
use std::net::IpAddr;
use std::sync::Arc;

/// A connection that was opened.
#[derive(Debug)]
pub struct Followed {
    policy: Arc<Policy>,
    teases: bool,
    /// Who it is, once the log has said it.
    pub client: Option<IpAddr>,
    /// The client's bytes before it was decided about.
    pub early: usize,
    pub dialled: Option<Destination>,
    pub is_closed: bool,
    verdict: Option<Verdict>,
    skipped: bool,
    replies: u32,
    /// The reply that refused it, if one has.
    refusal: Option<Vec<u8>>,
    /// Its record, once it was decided about.
    pub record: Option<ClientRecord>,
    /// What the log says of it.
    lines: Vec<String>,
}

impl Followed {
    pub fn new(policy: Arc<Policy>, teases: bool) -> Self {
        Self {
            policy,
            teases,
            client: None,
            early: 0,
            dialled: None,
            is_closed: false,
            verdict: None,
            skipped: false,
            replies: 0,
            refusal: None,
            record: None,
            lines: Vec::new(),
        }
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether it is on its way to the mail server.
    pub fn is_in_transit(&self) -> bool {
        self.dialled == Some(Destination::Backend)
    }

    /// Whether its client is being screened.
    pub fn is_held(&self) -> bool {
        self.client.is_some() && !self.is_in_transit() && !self.is_closed
    }

    /// Takes what is to be done for it.
    pub fn hear(&mut self, output: &Output) {
        match output {
            Output::Log(line) => {
                self.client = self.client.or_else(|| connected(&line.text));
                self.lines.push(line.text.clone());
            }
            Output::Gauge(..) => {}
            _ => assert!(!self.is_closed, "{output:?} after the end"),
        }
        match output {
            Output::AskDns { .. } => assert!(self.verdict.is_none(), "a question about nothing"),
            Output::Skip(len) => {
                assert!(!std::mem::replace(&mut self.skipped, true) && *len > 0, "one header");
                assert_eq!(self.policy.upstream_proxy_protocol, UpstreamProxy::Haproxy);
            }
            Output::Teaser(text) => {
                assert!(self.teases && self.dialled.is_none(), "a teaser comes first, where there is one");
                assert!(text.starts_with(b"220-"));
            }
            Output::Dial(upstream) => {
                assert_eq!(self.dialled.replace(*upstream), None, "one way out");
                let served = self.verdict.is_some_and(is_served);
                assert_eq!(served, *upstream == Destination::Backend, "{:?}", self.verdict);
            }
            Output::ToClient(bytes) => {
                assert_eq!(self.dialled, Some(Destination::Nobody), "nobody is there to say it");
                self.replied(bytes);
            }
            Output::Verdict(verdict) => {
                assert_eq!(self.verdict.replace(*verdict), None, "one verdict");
                self.judged(*verdict);
            }
            Output::Record(json) => {
                assert!(
                    json.len() <= RECORD_MAX
                        && self.verdict.is_some()
                        && self.dialled != Some(Destination::Backend)
                );
                let record = serde_json::from_str(json).expect("a record");
                assert_eq!(self.record.replace(record), None, "one record");
                self.recorded();
            }
            Output::Close => {
                self.is_closed = true;
                assert!(self.verdict.is_some(), "closed without a word");
                assert_eq!(self.policy.record_enable, self.record.is_some());
                assert!(!self.is_in_transit(), "who is served is the mail server's to close");
            }
            Output::Count(..) | Output::Sample(..) => panic!("{output:?} is nobody's own"),
            Output::Log(_) | Output::Gauge(..) => {}
        }
    }

    /// What comes first is a greeting, the answer to an early talker, or a refusal, after which nothing comes.
    fn replied(&mut self, bytes: &[u8]) {
        assert!(bytes.ends_with(b"\r\n"), "a whole line");
        assert_eq!(self.refusal, None, "one reply, and no more");
        self.replies += 1;
        if self.replies == 1 && !(self.teases && self.says("PREGREET ")) && !bytes.starts_with(b"220 ") {
            self.refusal = Some(bytes.to_vec());
            let refusal = bytes.starts_with(b"421 ") || bytes.starts_with(b"521 ") || self.policy.soft_bounce;
            assert!(refusal, "no greeting, but {}", bytes.escape_ascii());
        }
    }

    /// Whether the log has a line about it that begins with `event`, or has it after `NOQUEUE: reject: …: `.
    fn says(&self, event: &str) -> bool {
        let rejected = |line: &str| line.starts_with("NOQUEUE: reject: ") && line.ends_with(event);
        self.lines.iter().any(|line| line.starts_with(event) || rejected(line))
    }

    /// The record says the same as the rest.
    fn recorded(&self) {
        let Some(record) = &self.record else { return };
        assert!(self.policy.record_enable);
        let verdict = self.verdict.expect("comes first");
        assert_eq!((record.verdict.as_str(), record.served), (verdict.label(), is_served(verdict)));
        assert_eq!(record.client, self.client);
        if let Some(refusal) = &self.refusal {
            let text = String::from_utf8_lossy(refusal);
            assert!(text.contains(&format!(" (ref {})", record.reference)), "{text}");
        }
        let again = replay(&self.policy, record);
        let watched = |doubt: &Doubt| matches!(doubt, Doubt::Watched(_));
        assert!(
            (again.verdict, again.served) == (verdict, record.served) || again.doubts.iter().any(watched),
            "{again:?} of {record:#?}"
        );
        let failed = |test: &TestRecord| test.result == TestResult::Failed;
        let tests = [
            (Verdict::Pregreet, "pregreet"),
            (Verdict::Dnsbl, "dnsbl"),
            (Verdict::Pipelining, "pipelining"),
            (Verdict::NonSmtpCommand, "non_smtp_command"),
            (Verdict::BareNewline, "bare_newline"),
        ];
        for (_, name) in tests.into_iter().filter(|(of, _)| *of == verdict) {
            assert!(record.tests.iter().any(|test| test.test == name && failed(test)), "{record:?}");
        }
    }

    /// There is a reason for every verdict.
    fn judged(&self, verdict: Verdict) {
        let policy = &self.policy;
        let because = match verdict {
            Verdict::Allowlisted => self.says("ALLOWLISTED ") || self.says("WHITELISTED "),
            Verdict::BareNewline => self.says("BARE NEWLINE "),
            Verdict::CommandCountLimit => self.says("COMMAND COUNT LIMIT "),
            Verdict::CommandLengthLimit => self.says("COMMAND LENGTH LIMIT "),
            Verdict::CommandTimeLimit => self.says("COMMAND TIME LIMIT "),
            Verdict::Deferred => {
                let deep = policy.pipelining_enable || policy.non_smtp_command_enable;
                deep || policy.bare_newline_enable
                    || self.says("ALLOWLIST VETO ")
                    || self.says("WHITELIST VETO ")
            }
            Verdict::Denylisted => {
                (self.says("DENYLISTED ") || self.says("BLACKLISTED "))
                    && policy.denylist_action != Action::Ignore
            }
            Verdict::Dnsbl => self.says("DNSBL rank ") && policy.action(Test::Dnsbl) != Action::Ignore,
            Verdict::EarlyTalkLimit => {
                let lists = !policy.zones().is_empty() && self.early > EARLY_MAX;
                lists && self.says("too much before the greeting")
            }
            Verdict::Hangup => self.says("HANGUP "),
            Verdict::NoResources => {
                policy.upstream_proxy_protocol == UpstreamProxy::Haproxy && self.client.is_none()
            }
            Verdict::NonSmtpCommand => self.says("NON-SMTP COMMAND "),
            Verdict::Pass => true,
            Verdict::PassNew => self.says("PASS NEW "),
            Verdict::PassOld => self.says("PASS OLD "),
            Verdict::Pipelining => self.says("COMMAND PIPELINING "),
            Verdict::Pregreet => self.says("PREGREET ") && policy.action(Test::Pregreet) != Action::Ignore,
            Verdict::ScreeningPortsBusy => policy.pre_queue_limit > 0,
            Verdict::ServerPortsBusy => policy.post_queue_limit > 0,
            Verdict::TooManyConnections => policy.client_connection_count_limit > 0,
        };
        assert!(because, "{verdict} without a reason");
        assert!(self.dialled.is_none() || !is_served(verdict), "{verdict} after all");
    }
}

fn is_served(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Allowlisted | Verdict::Pass | Verdict::PassNew | Verdict::PassOld)
}

/// `203.0.113.9` of `CONNECT from [203.0.113.9]:4711 to …`.
fn connected(line: &str) -> Option<IpAddr> {
    line.strip_prefix("CONNECT from [")?.split_once(']')?.0.parse().ok()
}
