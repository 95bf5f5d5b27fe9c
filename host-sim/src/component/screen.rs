//! What a screen is: the part of a host that decides.

use std::fmt;

use postscreen_engine::{Endpoints, Input, Instant, Now, Output};

use crate::ConnectionId;

/// Decides about clients; does nothing else. One per worker.
pub(super) trait Screen {
    /// A session for a client that has just connected.
    fn open(&mut self, connection: ConnectionId, endpoints: Endpoints) -> Result<(), Fault>;

    /// Gives an input to a session that was opened and not forgotten; for any other there is nothing to do.
    fn handle(&mut self, connection: ConnectionId, input: Input<'_>, now: Now) -> Result<Turn, Fault>;

    /// The session is no longer needed.
    fn forget(&mut self, connection: ConnectionId) -> Result<(), Fault>;
}

/// What a session makes of one input.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// To be done, in order.
    pub outputs: Vec<Output>,
    /// When the session wants to hear of the time.
    pub deadline: Option<Instant>,
    /// No input has any effect any more.
    pub over: bool,
}

/// A screen that is broken, and of no use from now on: a trap, or words that the contract does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub(super) String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
