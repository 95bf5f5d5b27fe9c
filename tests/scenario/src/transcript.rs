//! What a host saw while it played a story.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::actor::Failure;

/// The cluster that is dialled for clients that are refused, where a host cannot speak itself.
pub const SPEAKER: &str = "speaker";

/// What a host reports of one play.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// Why the configuration was refused, if it was; then nothing else has happened.
    pub refused: Option<String>,
    /// The module's log lines in order, without anything that the host puts in front.
    pub log: Vec<String>,
    /// The names of the clients whose sessions reached the mail server, in order of arrival.
    pub backend: Vec<String>,
    /// The module's metrics by name, at the end.
    pub metrics: BTreeMap<String, i64>,
    /// The teaser line that each client got, without its line end; clients that got none are missing.
    pub teasers: BTreeMap<String, String>,
    /// The host's own lines, about traps and refused configurations.
    pub host_log: Vec<String>,
    /// Reasons why configurations were refused in mid-session, one for each of the story's in their order; `None` where
    /// it was accepted.
    pub reconfigured: Vec<Option<String>>,
    /// The clusters that were dialled for each client, in order; `None`: the host cannot tell. Clients for which none
    /// was dialled may be missing.
    pub dials: Option<BTreeMap<String, Vec<String>>>,
    /// The host speaks itself to clients that are refused, so that it need not dial [`SPEAKER`] for that.
    pub has_voice: bool,
    /// The clients whose connections are open at the end; `None`: the host cannot tell.
    pub open: Option<BTreeSet<String>>,
    /// The tests of which each client address has a valid pass at the end; `None`: the host cannot tell.
    pub passes: Option<BTreeMap<IpAddr, BTreeSet<String>>>,
    /// What access logs say of each client; `None`: the host cannot tell. Clients without a verdict may be missing.
    pub verdicts: Option<BTreeMap<String, String>>,
    /// How each client's script ended. A client that is missing here never connected.
    pub clients: BTreeMap<String, Result<(), Failure>>,
}
