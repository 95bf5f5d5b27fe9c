//! The engine itself as a screen: the standard that the component is held to.

use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::Arc;

use envoy_sim::Unseen;
use postscreen_engine::shared::Memory;
use postscreen_engine::{ConnectionId, Input, Now, Policy, SharedData as _, Worker};

use super::screen::{HOST, Screen, ScreenError, ScreenFault, Turn};

/// The workers, and where they meet.
pub(super) struct Native {
    workers: Vec<Worker<Rc<Memory>>>,
    memory: Rc<Memory>,
}

impl Native {
    /// Workers that read the configuration `json`.
    pub(super) fn start(json: &[u8], workers: NonZeroUsize) -> Result<Self, ScreenError> {
        let (policy, memory) = (policy(json)?, Rc::<Memory>::default());
        let worker = |_| Worker::new(Rc::clone(&memory), Arc::clone(&policy), HOST);
        Ok(Self { workers: (0..workers.get()).map(worker).collect(), memory })
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
        Ok(())
    }

    fn shared_data(&self, key: &str) -> Result<Option<Vec<u8>>, Unseen> {
        let Ok(value) = self.memory.fetch(key);
        Ok(value.map(|(value, _)| value))
    }
}

fn policy(json: &[u8]) -> Result<Arc<Policy>, ScreenError> {
    Policy::parse(json).map(Arc::new).map_err(|error| ScreenError::Refused(error.to_string()))
}
