//! The engine itself as a screen: the standard that the component is held to.

use std::collections::BTreeMap;
use std::sync::Arc;

use postscreen_engine::{Endpoints, Input, Now, Policy, Session};

use super::screen::{Fault, Screen, Turn};
use crate::ConnectionId;

/// The sessions of one worker.
pub(super) struct Native {
    policy: Arc<Policy>,
    sessions: BTreeMap<ConnectionId, Session>,
}

impl Native {
    pub(super) fn new(policy: Arc<Policy>) -> Self {
        Self { policy, sessions: BTreeMap::new() }
    }
}

impl Screen for Native {
    fn open(&mut self, connection: ConnectionId, endpoints: Endpoints) -> Result<(), Fault> {
        self.sessions.insert(connection, Session::new(Arc::clone(&self.policy), endpoints));
        Ok(())
    }

    fn handle(&mut self, connection: ConnectionId, input: Input<'_>, now: Now) -> Result<Turn, Fault> {
        let Some(session) = self.sessions.get_mut(&connection) else { return Ok(Turn::default()) };
        let outputs = session.handle(input, now);
        Ok(Turn { outputs, deadline: session.deadline(), over: session.is_over() })
    }

    fn forget(&mut self, connection: ConnectionId) -> Result<(), Fault> {
        self.sessions.remove(&connection);
        Ok(())
    }
}
