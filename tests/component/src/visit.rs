//! Random visits, and what the native engine makes of them.

use postscreen_engine::dnsbl::{reversed, zones};
use postscreen_engine::{
    DnsFailure, Endpoints, Input, Instant, Now, Output, Policy, Record, Repeat, Session, Standing, Test,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

pub const CLIENT: &str = "203.0.113.9:4711";
pub const SERVER: &str = "[2001:db8::1]:25";
const EPOCH: u64 = 1_700_000_000;

/// One client's visit.
#[derive(Clone, Debug)]
pub struct Visit {
    pub policy: String,
    pub events: Vec<(u16, Event)>,
}

/// An input, in a form that both sides can be given.
#[derive(Clone, Debug)]
pub enum Event {
    Opened,
    Joined(Standing),
    Claimed(bool),
    BackendAnswered,
    Remembered(Option<[u32; 5]>),
    Bytes(Vec<u8>),
    End,
    Closed,
    Answer(u16, Result<Vec<u8>, DnsFailure>),
    Deadline,
}

/// Visits that begin as real ones do and go on at random.
pub fn visits() -> impl Strategy<Value = Visit> {
    let action = || prop_oneof![Just("ignore"), Just("enforce"), Just("drop")];
    let policy = (action(), action(), 1..4_i32, -3..=0_i32, any::<bool>()).prop_map(
        |(greet, dnsbl, threshold, allowlist, deep)| {
            format!(
                r#"{{"greet_action": "{greet}", "dnsbl_action": "{dnsbl}", "dnsbl_threshold": {threshold},
                "pipelining_enable": {deep}, "non_smtp_command_enable": {deep}, "bare_newline_enable": {deep},
                "dnsbl_allowlist_threshold": {allowlist}, "dnsbl_sites": ["a.test", "b.test*2", "c.test*-3"],
                "dnsbl_reply_map": {{"b.test": "the b list"}}}}"#
            )
        },
    );
    let words = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        proptest::sample::select(
            &["EHLO a\r\n", "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "QUIT\r\n", "GET\n"][..]
        )
        .prop_map(|line| line.as_bytes().to_vec()),
    ];
    let failure = prop_oneof![
        Just(DnsFailure::Unreachable),
        Just(DnsFailure::Timeout),
        any::<u16>().prop_map(DnsFailure::HttpStatus),
    ];
    let answer = prop_oneof![
        (any::<bool>(), 1..5_u8).prop_map(|(listed, last)| Ok((listed, last))),
        failure.prop_map(Err),
    ];
    let event = prop_oneof![
        Just(Event::Remembered(None)),
        any::<[u32; 5]>().prop_map(|stamps| Event::Remembered(Some(stamps))),
        words.prop_map(Event::Bytes),
        (1..60_u32, 1..20_000_u32, any::<bool>()).prop_map(|(of_client, sessions, stressed)| {
            Event::Joined(Standing { of_client, sessions, stressed, ..Standing::ALONE })
        }),
        any::<bool>().prop_map(Event::Claimed),
        Just(Event::BackendAnswered),
        Just(Event::End),
        Just(Event::Closed),
        (0..4_u16, answer).prop_map(|(list, answer)| Event::Answer(list, answer.map(|a| message(list, a)))),
        Just(Event::Deadline),
    ];
    let events = proptest::collection::vec((0..3_000_u16, event), 0..12);
    (policy, any::<bool>(), events).prop_map(|(policy, known_first, rest)| {
        let mut events = vec![(0, Event::Opened)];
        if known_first {
            events.push((0, Event::Joined(Standing::ALONE)));
            events.push((0, Event::Remembered(None)));
        }
        events.extend(rest);
        Visit { policy, events }
    })
}

/// A list's answer: the question with one address appended, or with the code for "no such name".
fn message(list: u16, (listed, octet): (bool, u8)) -> Vec<u8> {
    let site = ["a.test", "b.test", "c.test", "d.test"][usize::from(list)].parse().expect("a site");
    let client = reversed("203.0.113.9".parse().expect("an address"));
    let mut message = zones(&[site], &BTreeMap::new())[0].question(&client).expect("a question");
    message[2] |= 0x80;
    if listed {
        message[7] = 1;
        message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 127, 0, 0, octet]);
    } else {
        message[3] |= 3;
    }
    message
}

impl Visit {
    /// The moments of all events.
    pub fn moments(&self) -> impl Iterator<Item = (Now, &Event)> {
        self.events.iter().scan(0_u64, |millis, (pause, event)| {
            *millis += u64::from(*pause);
            Some((Now { instant: Instant::from_millis(*millis), unix: EPOCH + *millis / 1_000 }, event))
        })
    }

    /// What the native engine makes of it: a line per output, and after each event the deadline.
    pub fn play_native(&self, policy: &Arc<Policy>) -> Vec<String> {
        let endpoints = Endpoints {
            client: CLIENT.parse().expect("an address"),
            server: SERVER.parse().expect("an address"),
        };
        let mut session = Session::new(policy.clone(), endpoints);
        let mut lines = Vec::new();
        for (now, event) in self.moments() {
            lines.extend(session.handle(event.input(), now).iter().map(describe));
            let deadline = session.deadline().map(Instant::as_millis);
            lines.push(format!("deadline {deadline:?}, over {}", session.is_over()));
        }
        lines
    }
}

impl Event {
    fn input(&self) -> Input<'_> {
        match self {
            Self::Opened => Input::ClientOpened,
            Self::Joined(standing) => Input::Joined(*standing),
            Self::Claimed(first) => Input::PassNewClaimed(*first),
            Self::BackendAnswered => Input::BackendAnswered,
            Self::Remembered(stamps) => Input::Remembered(stamps.map(Record::from_stamps)),
            Self::Bytes(bytes) => Input::ClientBytes(bytes),
            Self::End => Input::ClientEnd,
            Self::Closed => Input::ClientClosed,
            Self::Answer(question, answer) => Input::DnsAnswer {
                question: *question,
                answer: answer.as_deref().map_err(|&failure| failure),
            },
            Self::Deadline => Input::DeadlineReached,
        }
    }
}

fn describe(output: &Output) -> String {
    match output {
        Output::AskDns { question, message, timeout } => {
            format!("ask {question} {message:?} {}", timeout.as_millis())
        }
        Output::Join(client) => format!("join {client}"),
        Output::Renew(client) => format!("renew {client}"),
        Output::Share(client, record, changed) => {
            let changed: Vec<bool> = Test::ALL.into_iter().map(|test| changed.contains(test)).collect();
            format!("share {client} {:?} {changed:?}", record.stamps())
        }
        Output::ClaimPassNew(client) => format!("claim {client}"),
        Output::Leave(client) => format!("leave {client}"),
        Output::Skip(len) => format!("skip {len}"),
        Output::Recall(client) => format!("recall {client}"),
        Output::Remember(client, record) => format!("remember {client} {:?}", record.stamps()),
        Output::Dial(upstream) => format!("dial {upstream:?}"),
        Output::Teaser(bytes) => format!("tease {bytes:?}"),
        Output::ToClient(bytes) => format!("say {bytes:?}"),
        Output::Close => "close".to_owned(),
        Output::Log(line) => {
            let once = match line.repeat {
                Repeat::Always => None,
                Repeat::OncePerMinute(number) => Some(number),
            };
            format!("log {:?} {} {once:?}", line.severity, line.text)
        }
        Output::Count(counter) => format!("count {}", counter.name()),
        Output::Adjust(gauge, by) => format!("adjust {} {by}", gauge.name()),
        Output::Verdict(verdict) => format!("verdict {verdict}"),
    }
}
