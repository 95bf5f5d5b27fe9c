//! A scenario, parsed: whatever stands here makes sense.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::dns::Zones;

/// One story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What the story tells, in one sentence.
    pub about: String,
    /// The module's configuration, verbatim; a host merges its own `resolver` and `lane` groups into it.
    pub policy: Map<String, Value>,
    /// What the resolver knows.
    pub dns: Zones,
    /// The clients by name; at least one.
    pub clients: BTreeMap<String, Client>,
    /// Which clients the mail server must have seen, if the story says so.
    pub backend: Option<Backend>,
    /// The expected log lines, if the story says so.
    pub log: Option<Vec<String>>,
    /// The expected metrics; those that are not named are not checked.
    pub metrics: BTreeMap<String, i64>,
    /// How the mail server behaves.
    pub mail_server: MailServer,
    /// The hosts that can play the story; at least one.
    pub hosts: BTreeSet<HostKind>,
    /// The configuration is refused, for a reason with these words in it; then no client is screened.
    pub refused: Option<String>,
    /// The anchor in `docs/deltas.md` of the paragraph that says why postscreen(8) does otherwise, if it does.
    pub delta: Option<String>,
}

/// The hosts that play stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostKind {
    /// The engine, driven directly, also as a component.
    Native,
    /// The network filter in the simulator.
    ProxyWasm,
    /// The network filter in a real Envoy.
    Envoy,
    /// Postfix's postscreen(8): the oracle.
    Postscreen,
}

/// How the mail server of a story behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailServer {
    /// It takes every session and says yes to everything that it knows.
    #[default]
    Friendly,
    /// It takes no session: those that are handed to it stay in transit.
    Busy,
    /// It is not there.
    Refuses,
}

/// One client: one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address; the host chooses the port.
    pub from: IpAddr,
    /// When it connects.
    pub start: Start,
    /// What it does then.
    pub script: Script,
}

/// When a client connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// So long after the story's begin.
    At(Duration),
    /// So long after the script of another client has ended. The parser excludes circles.
    After {
        /// The other client's name.
        client: String,
        /// The time between.
        wait: Duration,
    },
}

/// The steps of a client, in order.
pub type Script = Vec<Step>;

/// One step of a client's script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Waits for exactly these bytes, which must be the next to arrive.
    Expect(Vec<u8>),
    /// Waits for the server's close (FIN or RST); no more bytes may arrive before it.
    Closed,
    /// Nothing may arrive for so long, not even a close.
    Silence(Duration),
    /// Does nothing for so long; what arrives is kept for later steps.
    Wait(Duration),
    /// So much time must have passed since the client connected, within the host's tolerance.
    Elapsed(Duration),
    /// Closes the client's sending half (FIN).
    End,
    /// Closes the connection in good order.
    Close,
    /// Breaks the connection (RST).
    Reset,
}

/// Which clients the mail server has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backend {
    /// None.
    Untouched,
    /// These, in order of arrival, by name.
    Sessions(Vec<String>),
}

// === impl HostKind ===

impl HostKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Native, Self::ProxyWasm, Self::Envoy, Self::Postscreen];
}

impl fmt::Display for HostKind {
    /// As stories write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::ProxyWasm => "proxy-wasm",
            Self::Envoy => "envoy",
            Self::Postscreen => "postscreen",
        })
    }
}
