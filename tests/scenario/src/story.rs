//! A scenario, parsed: whatever stands here makes sense. And which hosts can play it.

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::dns::{Fault, Zones};

pub use world::{Ending, FailurePolicy, MailServer, Manner, Manners, Outage, Reconfigure, Trap};

/// One story. By default it has nothing in it, and nobody plays it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// The mail server that each client is connected to, by cluster, if the story says so.
    pub dials: Option<BTreeMap<String, Vec<String>>>,
    /// What is left when all scripts have ended.
    pub finally: Finally,
    /// How the mail server behaves.
    pub mail_server: MailServer,
    /// What is wrong with the resolver as a whole, if anything is.
    pub resolver: Option<Outage>,
    /// How many workers the host must have, if the story says so; at most [`WORKERS_MAX`].
    pub workers: Option<NonZeroUsize>,
    /// Machines that trap, in order of time.
    pub traps: Vec<Trap>,
    /// What the host does with a machine that has trapped, if the story says so.
    pub failure_policy: Option<FailurePolicy>,
    /// New configurations, in order of time.
    pub reconfigure: Vec<Reconfigure>,
    /// What the host itself must have to say, about traps and configurations that it refused: each line of its own has
    /// one of these texts in it, and each of these texts is in one of its lines.
    pub host_log: Vec<String>,
    /// The hosts that can play the story; at least one.
    pub hosts: BTreeSet<HostKind>,
    /// The configuration is refused, for a reason with these words in it; then no client is screened.
    pub refused: Option<String>,
    /// The anchor in `docs/deltas.md` of the paragraph that says why postscreen(8) does otherwise, if it does.
    pub delta: Option<String>,
}

/// The most workers that a story can ask for.
pub const WORKERS_MAX: usize = 16;

/// What is left at the end. What a story does not mention is not checked, nor is what a host cannot tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finally {
    /// The clients whose connections the host still has, by name.
    pub open: Option<BTreeSet<String>>,
    /// What is remembered of clients: the tests, by Postfix's names, whose passes are valid.
    pub passes: BTreeMap<IpAddr, BTreeSet<String>>,
    /// What access logs say of each client: filter state `wasm.postscreen.verdict`.
    pub verdicts: BTreeMap<String, String>,
    /// What the record of each client has, filter state `wasm.postscreen.record`; `None`: it leaves none.
    pub records: BTreeMap<String, Option<Map<String, Value>>>,
}

/// One client: one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address; the host chooses the port.
    pub from: IpAddr,
    /// The worker that gets the connection, counted from 0, if the story says so.
    pub worker: Option<usize>,
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

/// The hosts that play stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostKind {
    /// One engine, driven directly.
    Native,
    /// The engine as a component in the simulator, or linked into it, on workers.
    Component,
    /// The network filter in the simulator.
    ProxyWasm,
    /// The network filter in a real Envoy.
    Envoy,
    /// Postfix's postscreen(8): the oracle.
    Postscreen,
}

// === impl HostKind ===

impl HostKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Native, Self::Component, Self::ProxyWasm, Self::Envoy, Self::Postscreen];
}

impl fmt::Display for HostKind {
    /// As stories write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Component => "component",
            Self::ProxyWasm => "proxy-wasm",
            Self::Envoy => "envoy",
            Self::Postscreen => "postscreen",
        })
    }
}

/// Something that a story needs and that not every host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Clients are placed on workers.
    Workers,
    /// A machine traps.
    Trap,
    /// The configuration changes while clients are there.
    Reconfigure,
    /// The resolver is asked by HTTP, and can fail as HTTP does.
    HttpResolver,
    /// The resolver lies, or loses some questions: another resolver's retries would change the story.
    LyingResolver,
    /// The resolver fails as a whole.
    ResolverOutage,
    /// Names that are no client's in a list have records.
    OwnRecords,
}

impl Need {
    const ALL: [Self; 7] = [
        Self::Workers,
        Self::Trap,
        Self::Reconfigure,
        Self::HttpResolver,
        Self::LyingResolver,
        Self::ResolverOutage,
        Self::OwnRecords,
    ];

    fn is_in(self, story: &Scenario) -> bool {
        let outage = story.resolver.as_ref();
        let mut faults = story.dns.faults();
        match self {
            Self::Workers => {
                story.workers.is_some() || story.clients.values().any(|client| client.worker.is_some())
            }
            Self::Trap => !story.traps.is_empty(),
            Self::Reconfigure => !story.reconfigure.is_empty(),
            Self::HttpResolver => faults.any(Fault::needs_http),
            Self::LyingResolver => faults.any(Fault::is_lie) || story.dns.lose_questions(),
            Self::ResolverOutage => outage.is_some(),
            Self::OwnRecords => story.dns.have_own_records(),
        }
    }

    /// What a host without it cannot do.
    fn what(self) -> &'static str {
        match self {
            Self::Workers => "place clients on workers",
            Self::Trap => "let a machine trap",
            Self::Reconfigure => "change the configuration while clients are there",
            Self::HttpResolver => "ask its resolver by HTTP",
            Self::LyingResolver => "take such answers as they come: its resolver asks again",
            Self::ResolverOutage => "let the resolver of one story fail: all share it",
            Self::OwnRecords => "look up other names than those of clients in lists",
        }
    }

    fn is_met_by(self, host: HostKind) -> bool {
        match self {
            Self::Trap => host == HostKind::ProxyWasm,
            Self::Workers | Self::Reconfigure => {
                matches!(host, HostKind::Component | HostKind::ProxyWasm | HostKind::Envoy)
            }
            Self::HttpResolver | Self::LyingResolver | Self::ResolverOutage | Self::OwnRecords => {
                host != HostKind::Postscreen
            }
        }
    }
}

// === impl Scenario ===

impl Scenario {
    /// What this story needs and `host` cannot do; `None`: it can play the story.
    pub fn too_much_for(&self, host: HostKind) -> Option<&'static str> {
        Need::ALL.into_iter().find(|need| !need.is_met_by(host) && need.is_in(self)).map(Need::what)
    }

    /// Why `host` leaves this story out, as the end of a sentence; `None`: it plays it.
    pub fn left_out_by(&self, host: HostKind) -> Option<String> {
        match self.too_much_for(host) {
            _ if self.hosts.contains(&host) => None,
            Some(what) => Some(format!("is for other hosts: {host} cannot {what}")),
            None => Some("is for other hosts, as its `hosts` say".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
