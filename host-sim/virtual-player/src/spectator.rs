//! Whoever watches a play.

use std::cell::RefCell;
use std::rc::Rc;

use envoy_sim::trace::Observer;
use envoy_sim::{ConnectionId, Driven};

/// Watches plays. By default it looks at nothing, which costs nothing.
pub trait Spectator {
    /// Who is told of every call between host and module, where there is a module.
    fn observer(&self) -> Option<Rc<RefCell<dyn Observer>>> {
        None
    }

    /// The host, started with this configuration, with whatever is to stand between it and the player.
    fn between(&self, host: Box<dyn Driven>, configuration: String) -> Box<dyn Driven> {
        let _ = configuration;
        host
    }

    /// The client of this name has connected.
    fn connected(&self, connection: ConnectionId, name: &str) {
        let _ = (connection, name);
    }
}

/// Nobody watches.
pub(crate) struct Nobody;

impl Spectator for Nobody {}
