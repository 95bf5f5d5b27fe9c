//! How a play is watched: its calls traced, its events written down.

use std::cell::RefCell;
use std::rc::Rc;

use envoy_sim::trace::Observer;
use envoy_sim::{ConnectionId, Driven};
use virtual_player::Spectator;

use super::record::{PlayRecord, Recorder};

/// Nobody watches by default, which costs nothing.
#[derive(Clone, Default)]
pub(super) struct Watching {
    /// Told of every call between host and module.
    pub observer: Option<Rc<RefCell<dyn Observer>>>,
    /// What happens is written here.
    pub record: Option<Rc<RefCell<PlayRecord>>>,
}

// === impl Watching ===

impl Watching {
    /// For a play that is written down.
    pub(super) fn recorded() -> Self {
        Self { observer: None, record: Some(Rc::default()) }
    }
}

impl Spectator for Watching {
    fn observer(&self) -> Option<Rc<RefCell<dyn Observer>>> {
        self.observer.clone()
    }

    fn between(&self, host: Box<dyn Driven>, configuration: String) -> Box<dyn Driven> {
        match &self.record {
            Some(record) => Box::new(Recorder::new(host, Rc::clone(record), configuration)),
            None => host,
        }
    }

    fn connected(&self, connection: ConnectionId, name: &str) {
        if let Some(record) = &self.record {
            record.borrow_mut().call(connection, name);
        }
    }
}
