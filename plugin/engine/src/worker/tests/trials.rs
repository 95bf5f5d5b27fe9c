//! Whatever clients and lists do: with lists on trial and without them a worker does the same, but for questions to
//! these lists, their lines in the log, and what is measured.
//!
//! More of it: `POSTSCREEN_EPISODES=100000 cargo test -p postscreen-engine --lib with_lists_on_trial`.

mod answers;

use crate::io::{ConnectionId, DnsFailure, Endpoints, HostTraits, Input, Output, Task};
use crate::policy::Policy;
use crate::shared::Memory;
use crate::time::{Instant, Now};
use crate::worker::Worker;
use std::collections::BTreeMap;
use std::sync::Arc;

const EPISODES: u64 = 600;
const STEPS: usize = 150;
const EPOCH: u64 = 1_700_000_000;
const CONNECTIONS: u64 = 6;
/// Part of every name below the lists on trial, and of no other one.
const TRIAL: &str = ".trial";
const TRIAL_ON_THE_WIRE: &[u8] = b"\x05trial\0";

const SITES: [&str; 4] = [
    r#"["a.test*3", "b.test*2", "c.test", "wl.test*-4"]"#,
    r#"["a.test*2"]"#,
    r#"["a.test", "b.test=127.0.0.3*-3"]"#,
    "[]",
];
const TRIALS: &str = r#"["one.trial*3", "two.trial*-5", "three.trial=127.0.0.3*2"]"#;

const LINES: [&[u8]; 5] =
    [b"EHLO x\r\n", b"MAIL FROM:<>\r\n", b"RCPT TO:<a@b.example>\r\n", b"NOOP\n", b"QUIT\r\n"];

fn policy(random: &mut fastrand::Rng, trials: &str) -> Arc<Policy> {
    let mut pick = |words: &[&'static str]| words[random.usize(..words.len())];
    let (on, action) = (["false", "true"], ["ignore", "enforce", "drop"]);
    let json = format!(
        r#"{{"dnsbl_sites": {sites}, "dnsbl_trial_sites": {trials}, "dnsbl_threshold": {threshold},
            "dnsbl_allowlist_threshold": {allowlist}, "dnsbl_action": "{dnsbl}", "greet_action": "{greet}",
            "dnsbl_frugal_enable": {frugal}, "dnsbl_early_verdict_enable": {early},
            "dnsbl_watch_enable": {watch}, "dnsbl_reason_enable": {reason}, "allow_spf": {spf},
            "allow_spf_listed": {spf_listed}, "greet_banner": "{banner}", "bare_newline_enable": {deep},
            "greet_ttl": "{ttl}", "dnsbl_timeout": "{timeout}", "cache": {{"buckets": 1}}}}"#,
        sites = pick(&SITES),
        threshold = pick(&["1", "3"]),
        allowlist = pick(&["0", "-2"]),
        dnsbl = pick(&action),
        greet = pick(&action),
        frugal = pick(&on),
        early = pick(&on),
        watch = pick(&on),
        reason = pick(&on),
        spf = pick(&["[]", r#"["big.example"]"#]),
        spf_listed = pick(&on),
        banner = pick(&["$smtpd_banner", "$smtpd_banner", ""]),
        deep = pick(&on),
        ttl = pick(&["1s", "1d"]),
        timeout = pick(&["3s", "10s"]),
    );
    Arc::new(Policy::parse(json.as_bytes()).unwrap())
}

/// A worker, and the questions that it waits for.
struct Half {
    worker: Worker<Memory>,
    questions: BTreeMap<Vec<u8>, Vec<u32>>,
}

impl Half {
    fn new(policy: Arc<Policy>) -> Self {
        let host = HostTraits { teases: true, hash_key: [7; 16] };
        Self { worker: Worker::new(Memory::default(), policy, host), questions: BTreeMap::new() }
    }

    /// The number of a question that is answered now.
    fn take(&mut self, message: &[u8]) -> Option<u32> {
        let numbers = self.questions.get_mut(message)?;
        let number = numbers.pop();
        if numbers.is_empty() {
            self.questions.remove(message);
        }
        number
    }

    fn give(&mut self, connection: u64, input: Input<'_>, now: Now) -> Vec<Task> {
        let tasks = self.worker.handle(ConnectionId(connection), input, now);
        for task in &tasks {
            if let Output::AskDns { question, message, .. } = &task.output {
                self.questions.entry(message.clone()).or_default().push(*question);
            }
        }
        tasks
    }
}

/// What has to be the same: a question by what it asks, whatever its number.
fn compared(tasks: &[Task]) -> Vec<String> {
    let shown = |Task { connection, output }: &Task| match output {
        Output::Count(..) | Output::Sample(..) | Output::Gauge(..) => None,
        Output::AskDns { message, .. } if is_about_a_trial(message) => None,
        Output::AskDns { message, timeout, .. } => Some(format!("{connection:?} {message:?} {timeout:?}")),
        Output::Log(line) if line.text.starts_with("TRIAL ") || line.text.contains(TRIAL) => None,
        other => Some(format!("{connection:?} {other:?}")),
    };
    tasks.iter().filter_map(shown).collect()
}

fn is_about_a_trial(message: &[u8]) -> bool {
    message.windows(TRIAL_ON_THE_WIRE.len()).any(|part| part == TRIAL_ON_THE_WIRE)
}

struct Twins {
    with: Half,
    without: Half,
    millis: u64,
    /// What the log of the one with lists on trial says of them.
    told: Vec<String>,
}

impl Twins {
    fn both(&mut self, connection: u64, input: Input<'_>) {
        self.each(connection, input, input);
    }

    fn each(&mut self, connection: u64, with: Input<'_>, without: Input<'_>) {
        let now = Now { instant: Instant::from_millis(self.millis), unix: EPOCH + self.millis / 1_000 };
        let with = self.with.give(connection, with, now);
        let without = self.without.give(connection, without, now);
        assert_eq!(compared(&with), compared(&without), "at {} ms", self.millis);
        let lines = with.into_iter().filter_map(|task| match task.output {
            Output::Log(line) if line.text.starts_with("TRIAL ") => Some(line.text),
            _ => None,
        });
        self.told.extend(lines);
    }

    /// Each deadline of either is one of both.
    fn goes_on_to(&mut self, millis: u64) {
        loop {
            let deadlines = [self.with.worker.deadline(), self.without.worker.deadline()];
            let next = deadlines.into_iter().flatten().min().map(Instant::as_millis);
            let Some(next) = next.filter(|&next| next <= millis) else { break };
            self.millis = self.millis.max(next);
            self.both(0, Input::DeadlineReached);
        }
        self.millis = millis;
    }

    /// Some question is answered; one to a list on trial only where it was asked.
    fn is_answered(&mut self, random: &mut fastrand::Rng) {
        const STRAY: Input<'_> =
            Input::DnsAnswer { question: u32::MAX, answer: Err(DnsFailure::Unreachable) };
        let open: Vec<_> = self.with.questions.keys().cloned().collect();
        let Some(message) = random.choice(open) else { return };
        let answer = answers::some(random, &message);
        let answer = answer.as_deref().map_err(|&failure| failure);
        let heard = |question: Option<u32>| question.map(|question| Input::DnsAnswer { question, answer });
        let (with, without) = (self.with.take(&message), self.without.take(&message));
        assert_eq!(without.is_none(), is_about_a_trial(&message), "the same questions but for those");
        self.each(0, heard(with).unwrap(), heard(without).unwrap_or(STRAY));
    }

    fn step(&mut self, random: &mut fastrand::Rng) {
        let connection = random.u64(1..=CONNECTIONS);
        match random.u32(..100) {
            0..20 if !self.with.worker.has(ConnectionId(connection)) => {
                let client = ([203, 0, 113, random.u8(..3)], 4711).into();
                let endpoints = Endpoints { client, server: ([198, 51, 100, 1], 25).into() };
                self.both(connection, Input::ClientOpened(Some(endpoints)));
            }
            0..30 => self.both(connection, Input::ClientBytes(random.choice(LINES).unwrap())),
            30..34 => self.both(connection, Input::ClientClosed),
            34..36 => self.both(connection, Input::ClientEnd),
            36..42 => self.both(connection, Input::BackendAnswered),
            42..80 => self.is_answered(random),
            80..95 => self.goes_on_to(self.millis + random.u64(..1_000)),
            95..99 => self.goes_on_to(self.millis + random.u64(..7_000)),
            _ => self.goes_on_to(self.millis + random.u64(..100_000)),
        }
        // Whatever is due at once.
        self.goes_on_to(self.millis);
    }
}

#[test]
fn with_lists_on_trial_and_without_them_everybody_fares_the_same() {
    let episodes = std::env::var("POSTSCREEN_EPISODES").ok();
    let episodes = episodes.map_or(EPISODES, |text| text.parse().expect("a whole number"));
    let mut told = Vec::new();
    for seed in 0..episodes {
        let [with, without] =
            [TRIALS, "[]"].map(|trials| Half::new(policy(&mut fastrand::Rng::with_seed(seed), trials)));
        let mut twins = Twins { with, without, millis: 0, told: Vec::new() };
        let mut random = fastrand::Rng::with_seed(!seed);
        (0..STEPS).for_each(|_| twins.step(&mut random));
        told.append(&mut twins.told);
    }
    for effect in
        ["would be blocked", "would not be blocked", "would be allowlisted", "would not be allowlisted"]
    {
        assert!(told.iter().any(|line| line.contains(effect)), "nobody {effect}");
    }
}
