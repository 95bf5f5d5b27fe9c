//! What a screen is: the part of a host that decides. And the engine itself as one, the standard that the component is
//! held to.

use std::fmt;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::Arc;

use envoy_sim::Unseen;
use postscreen_engine::shared::Memory;
use postscreen_engine::{
    ConnectionId, HostTraits, Input, Instant, Now, Policy, SharedData as _, Task, Worker,
};

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

    /// What is measured under the policies that there have been.
    fn metrics(&self) -> Vec<String>;

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

/// The workers, and where they meet.
pub(super) struct Native {
    workers: Vec<Worker<Rc<Memory>>>,
    memory: Rc<Memory>,
    policy: Arc<Policy>,
}

impl Native {
    /// Workers that read the configuration `json`.
    pub(super) fn start(json: &[u8], workers: NonZeroUsize) -> Result<Self, ScreenError> {
        let (policy, memory) = (policy(json)?, Rc::<Memory>::default());
        let worker = |_| Worker::new(Rc::clone(&memory), Arc::clone(&policy), HOST);
        let workers = (0..workers.get()).map(worker).collect();
        Ok(Self { workers, memory, policy })
    }
}

impl Screen for Native {
    fn handle(
        &mut self,
        worker: usize,
        connection: ConnectionId,
        input: Input<'_>,
        now: Now,
    ) -> Result<Turn, ScreenFault> {
        let Some(worker) = self.workers.get_mut(worker) else { return Ok(Turn::default()) };
        let tasks = worker.handle(connection, input, now);
        Ok(Turn { tasks, deadline: worker.deadline() })
    }

    fn reconfigure(&mut self, json: &[u8], _: bool) -> Result<(), ScreenError> {
        let policy = policy(json)?;
        self.workers.iter_mut().for_each(|worker| worker.set_policy(Arc::clone(&policy)));
        self.policy = policy;
        Ok(())
    }

    fn metrics(&self) -> Vec<String> {
        self.policy.catalogue().series().iter().map(|series| series.name.to_string()).collect()
    }

    fn shared_data(&self, key: &str) -> Result<Option<Vec<u8>>, Unseen> {
        let Ok(value) = self.memory.fetch(key);
        Ok(value.map(|(value, _)| value))
    }
}

fn policy(json: &[u8]) -> Result<Arc<Policy>, ScreenError> {
    Policy::parse(json).map(Arc::new).map_err(|error| ScreenError::Refused(error.to_string()))
}
