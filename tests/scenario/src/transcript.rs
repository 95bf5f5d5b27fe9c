//! What a host saw while it played a story.

use std::collections::BTreeMap;

use crate::actor::Failure;

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
    /// How each client's script ended. A client that is missing here never connected.
    pub clients: BTreeMap<String, Result<(), Failure>>,
}
