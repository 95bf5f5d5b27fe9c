//! The world around the clients of a story, and what goes wrong in it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::dns::Fault;

/// How the mail server of a story behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailServer {
    /// It takes every session, and behaves so in each.
    Serves(Manners),
    /// It takes no session: those that are handed to it stay in transit.
    Busy,
    /// It is not there.
    Refuses,
}

/// How a mail server behaves in a session. By default it says yes to everything that it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// What it says first.
    pub greeting: Vec<u8>,
    /// How long it takes to say it.
    pub after: Duration,
    /// The most bytes that it sends at once; `None`: whatever it has to say.
    pub piece_bytes: Option<NonZeroUsize>,
    /// The time between two pieces.
    pub pause: Duration,
    /// What it does right after the greeting, instead of listening.
    pub then: Option<Ending>,
    /// What it does on commands, by verb in upper case, instead of what it does otherwise.
    pub on: BTreeMap<String, Manner>,
}

/// What a mail server does on a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It says this.
    Says(Vec<u8>),
    /// It does not listen any longer.
    Ends(Ending),
}

/// How a mail server stops listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It closes the connection in good order.
    Close,
    /// It breaks the connection (RST).
    Reset,
    /// It keeps the connection until the client ends its half, and never says a word again.
    Stall,
}

/// What is wrong with the resolver as a whole, from one moment to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// What every question meets; `None`: it is only slow.
    pub fault: Option<Fault>,
    /// The module's configuration names a resolver that the host does not have: no question goes out.
    pub missing: bool,
    /// How long an answer takes, where its zone does not say otherwise.
    pub latency: Option<Duration>,
    /// When it begins, counted from the story's begin.
    pub from: Duration,
    /// When it is over; `None`: never.
    pub until: Option<Duration>,
}

/// A machine that traps: at this time, or in its next callback after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trap {
    /// Counted from the story's begin.
    pub at: Duration,
    /// The worker whose machine it is, counted from 0.
    pub worker: usize,
}

/// What becomes of the clients of a machine that has trapped, and of the machine: Envoy's `failure_policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailurePolicy {
    /// Everybody is refused from then on.
    FailClosed,
    /// New clients go on as if there were no filter.
    FailOpen,
    /// A new machine takes its place.
    FailReload,
}

/// A new configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconfigure {
    /// Counted from the story's begin.
    pub at: Duration,
    /// The module's new configuration, whole.
    pub policy: Map<String, Value>,
    /// It is refused, for a reason with these words in it, and the old one stays.
    pub refused: Option<String>,
}

// === impl MailServer ===

impl Default for MailServer {
    fn default() -> Self {
        Self::Serves(Manners::default())
    }
}

// === impl Manners ===

impl Manners {
    /// What a mail server says first, where a story says nothing else.
    pub const GREETING: &'static [u8] = b"220 mx.test ESMTP\r\n";
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            greeting: Self::GREETING.to_vec(),
            after: Duration::ZERO,
            piece_bytes: None,
            pause: Duration::ZERO,
            then: None,
            on: BTreeMap::new(),
        }
    }
}

// === impl Outage ===

impl Outage {
    /// Whether it is the trouble of this moment.
    pub fn covers(&self, now: Duration) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }

    /// Whether it lasts from the begin to the end of the story.
    pub fn is_permanent(&self) -> bool {
        self.from.is_zero() && self.until.is_none()
    }
}
