//! Random visits: many clients of two workers, and what happens to them.

use std::net::SocketAddr;

use postscreen_engine::{DnsFailure, Endpoints, Input, Now};
use proptest::prelude::*;

/// How many workers there are.
pub const WORKERS: usize = 2;
/// Where all clients connect to.
pub const SERVER: &str = "[2001:db8::1]:25";
const CLIENTS: [&str; 3] = ["203.0.113.9:4711", "203.0.113.10:4712", "[2001:db8::10]:4713"];
const LINES: [&str; 5] = ["EHLO a\r\n", "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "QUIT\r\n", "GET\n"];
const EPOCH: u64 = 1_700_000_000;

/// What happens in one play, under one policy and then perhaps under another.
#[derive(Clone, Debug)]
pub struct RandomVisit {
    pub policies: [String; 2],
    pub steps: Vec<VisitStep>,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub struct VisitStep {
    /// So long after the last one, in milliseconds.
    pause: u64,
    pub worker: usize,
    pub connection: u64,
    pub event: VisitEvent,
}

/// What happens, in a form that both sides can be given.
#[derive(Clone, Debug)]
pub enum VisitEvent {
    /// One of the clients connects, or one without an address.
    Opened(Option<usize>),
    Bytes(Vec<u8>),
    End,
    Closed,
    BackendAnswered,
    /// One of the questions so far gets an answer.
    Answer(usize, RandomAnswer),
    Deadline,
    /// From now on another policy holds.
    Policy(usize),
}

/// An answer of a list.
#[derive(Clone, Debug)]
pub enum RandomAnswer {
    /// So and for so many seconds.
    Listed(u8, u8),
    Unlisted,
    Failed(DnsFailure),
}

/// A question that a worker has asked.
pub struct QuestionAsked {
    pub number: u32,
    pub message: Vec<u8>,
}

/// Visits that begin as real ones do and go on at random.
pub fn visits() -> impl Strategy<Value = RandomVisit> {
    let answer = prop_oneof![
        (1..5_u8, 0..100_u8).prop_map(|(octet, ttl)| RandomAnswer::Listed(octet, ttl)),
        Just(RandomAnswer::Unlisted),
        prop_oneof![
            Just(DnsFailure::Unreachable),
            Just(DnsFailure::Timeout),
            any::<u16>().prop_map(DnsFailure::HttpStatus)
        ]
        .prop_map(RandomAnswer::Failed),
    ];
    let client = prop_oneof![1 => Just(None), 9 => (0..CLIENTS.len()).prop_map(Some)];
    let event = prop_oneof![
        6 => client.prop_map(VisitEvent::Opened),
        6 => words().prop_map(VisitEvent::Bytes),
        1 => Just(VisitEvent::End),
        2 => Just(VisitEvent::Closed),
        2 => Just(VisitEvent::BackendAnswered),
        6 => (any::<usize>(), answer).prop_map(|(which, answer)| VisitEvent::Answer(which, answer)),
        6 => Just(VisitEvent::Deadline),
        1 => (0..2_usize).prop_map(VisitEvent::Policy),
    ];
    let pause = prop_oneof![4 => Just(0), 8 => 0..3_000_u64, 1 => 0..200_000_u64];
    let step = (pause, 0..WORKERS, 0..6_u64, event).prop_map(|(pause, worker, connection, event)| {
        // A connection is always its worker's.
        VisitStep { pause, worker, connection: connection * WORKERS as u64 + worker as u64, event }
    });
    let first = VisitStep { pause: 0, worker: 0, connection: 0, event: VisitEvent::Opened(Some(0)) };
    ([policies(), policies()], proptest::collection::vec(step, 0..40)).prop_map(move |(policies, rest)| {
        RandomVisit { policies, steps: std::iter::once(first.clone()).chain(rest).collect() }
    })
}

fn policies() -> impl Strategy<Value = String> {
    let action = || prop_oneof![Just("ignore"), Just("enforce"), Just("drop")];
    let limit = || prop_oneof![Just(0), Just(10), Just(10_000)];
    (action(), action(), 1..4_i32, -3..=0_i32, any::<bool>(), limit(), limit()).prop_map(
        |(greet, dnsbl, threshold, allowlist, deep, pre_queue, of_client)| {
            format!(
                r#"{{"greet_action": "{greet}", "dnsbl_action": "{dnsbl}", "dnsbl_threshold": {threshold},
                "pipelining_enable": {deep}, "non_smtp_command_enable": {deep}, "bare_newline_enable": {deep},
                "dnsbl_allowlist_threshold": {allowlist}, "dnsbl_sites": ["a.test", "b.test*2", "c.test*-3"],
                "dnsbl_reply_map": {{"b.test": "the b list"}}, "pre_queue_limit": {pre_queue},
                "client_connection_count_limit": {}}}"#,
                of_client % 100
            )
        },
    )
}

fn words() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 0..40),
        8 => proptest::sample::select(&LINES[..]).prop_map(|line| line.as_bytes().to_vec()),
        1 => (16_000..17_000_usize).prop_map(|len| vec![b'x'; len]),
    ]
}

impl RandomVisit {
    /// All steps with their moments.
    pub fn moments(&self) -> impl Iterator<Item = (Now, &VisitStep)> {
        self.steps.iter().scan(0_u64, |millis, step| {
            *millis += step.pause;
            let instant = postscreen_engine::Instant::from_millis(*millis);
            Some((Now { instant, unix: EPOCH + *millis / 1_000 }, step))
        })
    }
}

impl VisitEvent {
    /// Hands the input to `give`, if it is one. `asked`: the questions so far.
    pub fn give<T>(&self, asked: &[QuestionAsked], give: impl FnOnce(Input<'_>) -> T) -> Option<T> {
        let message;
        Some(give(match self {
            Self::Opened(client) => Input::ClientOpened(client.map(endpoints)),
            Self::Bytes(bytes) => Input::ClientBytes(bytes),
            Self::End => Input::ClientEnd,
            Self::Closed => Input::ClientClosed,
            Self::BackendAnswered => Input::BackendAnswered,
            Self::Answer(which, answer) => {
                let question = asked.get(which.checked_rem(asked.len())?)?;
                message = answer.to(&question.message);
                let answer = message.as_deref().map_err(|failure| *failure);
                Input::DnsAnswer { question: question.number, answer }
            }
            Self::Deadline => Input::DeadlineReached,
            Self::Policy(_) => return None,
        }))
    }
}

impl RandomAnswer {
    /// The question with one address appended, or with the code for "no such name".
    fn to(&self, question: &[u8]) -> Result<Vec<u8>, DnsFailure> {
        let mut message = question.to_vec();
        message[2] |= 0x80;
        match self {
            Self::Listed(octet, ttl) => {
                message[7] = 1;
                message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, *ttl, 0, 4, 127, 0, 0, *octet]);
            }
            Self::Unlisted => message[3] |= 3,
            Self::Failed(failure) => return Err(*failure),
        }
        Ok(message)
    }
}

fn endpoints(client: usize) -> Endpoints {
    let address = |text: &str| -> SocketAddr { text.parse().expect("an address") };
    Endpoints { client: address(CLIENTS[client]), server: address(SERVER) }
}
