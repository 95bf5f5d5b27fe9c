//! A scenario, parsed: whatever stands here makes sense.

mod hosts;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde_json::{Map, Value};

pub use hosts::HostKind;
pub use world::{Ending, FailurePolicy, MailServer, Manner, Manners, Outage, Reconfigure, Trap};

use crate::dns::Zones;

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
