//! How a play is watched: its calls traced, its events written down.

use std::cell::RefCell;
use std::rc::Rc;

use postscreen_scenario::Scenario;

use super::record::{Record, Recorder};
use super::traps::Traps;
use crate::event::ConnectionId;
use crate::trace::Observer;
use crate::{Driven, Host, Module, Now, Settings, StartError};

/// Nobody watches by default, which costs nothing.
#[derive(Clone, Default)]
pub(super) struct Watching {
    /// Told of every call between host and module.
    pub observer: Option<Rc<RefCell<dyn Observer>>>,
    /// What happens is written here.
    pub record: Option<Rc<RefCell<Record>>>,
}

// === impl Watching ===

impl Watching {
    /// For a play that is written down.
    pub(super) fn recorded() -> Self {
        Self { observer: None, record: Some(Rc::default()) }
    }

    /// A host for Proxy-Wasm modules whose calls are told to the observer, and whose machines trap when the story wants
    /// it.
    pub(super) fn start(
        &self,
        scenario: &Scenario,
        module: &Module,
        settings: Settings,
        now: Now,
    ) -> Result<Host, StartError> {
        let mut observer = self.observer.clone();
        if !scenario.traps.is_empty() {
            observer = Some(Rc::new(RefCell::new(Traps::new(&scenario.traps, observer))));
        }
        match observer {
            Some(observer) => Host::start_observed(module, settings, now, observer),
            None => Host::start(module, settings, now),
        }
    }

    /// The same host, started with this configuration, with what happens to it written down.
    pub(super) fn wrap(&self, host: Box<dyn Driven>, configuration: String) -> Box<dyn Driven> {
        match &self.record {
            Some(record) => Box::new(Recorder::new(host, Rc::clone(record), configuration)),
            None => host,
        }
    }

    /// A client of the story has connected.
    pub(super) fn joined(&self, connection: ConnectionId, name: &str) {
        if let Some(record) = &self.record {
            record.borrow_mut().call(connection, name);
        }
    }
}
