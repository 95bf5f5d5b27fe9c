//! What a screen is: the part of a host that decides.

use std::fmt;

use envoy_sim::Unseen;
use postscreen_engine::{ConnectionId, HostTraits, Input, Instant, Now, Task};

/// What a screen knows of its host. The key is no secret here, where every play must go the same way.
pub(super) const HOST: HostTraits = HostTraits { teases: true, hash_key: *b"postscreen host!" };

/// Decides about clients; does nothing else. One for all workers of a host, which share what it remembers.
pub(super) trait Screen {
    /// Something has happened to a client of `worker`, or to the worker.
    fn handle(
        &mut self,
        worker: usize,
        connection: ConnectionId,
        input: Input<'_>,
        now: Now,
    ) -> Result<Turn, ScreenFault>;

    /// Clients that come from now on are screened by `json`; those that are there go on as they began. `afresh`: the
    /// screen is broken, and begins anew without any.
    fn reconfigure(&mut self, json: &[u8], afresh: bool) -> Result<(), ScreenError>;

    /// The value of `key` in what the workers share; the error: nobody can look there.
    fn shared_data(&self, key: &str) -> Result<Option<Vec<u8>>, Unseen>;
}

/// What a worker's screen makes of one input.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// To be done, in order.
    pub tasks: Vec<Task>,
    /// When the worker wants to hear of the time.
    pub deadline: Option<Instant>,
}

/// Why there is nobody to screen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScreenError {
    /// The configuration has a mistake: the field, the value, and what was expected.
    #[error("{0}")]
    Refused(String),
    /// The component did not get as far as that.
    #[error("the component failed while it started: {0}")]
    Failed(ScreenFault),
}

/// A screen that is broken, and of no use from now on: a trap, or words that the contract does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenFault(pub(super) String);

impl fmt::Display for ScreenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScreenFault {}
