//! From a story to what everybody saw.

mod play;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::trace::Observer;
use envoy_sim::virtual_time::Order;
use envoy_sim::{ConnectionId, Driven, Now};
use postscreen_scenario::{Difference, Scenario, Transcript, check};

use crate::cast::Heard;
use crate::screener::{Screener, configuration};
use play::Play;

/// Times in log lines are exact.
const LOG_TOLERANCE: Duration = Duration::ZERO;

/// Plays stories on one screener.
#[derive(Clone, Copy)]
pub struct Player<'a> {
    screener: &'a Screener,
    workers: NonZeroUsize,
    behind: Duration,
    order: Order,
    spectator: &'a dyn Spectator,
}

/// How a play went.
#[derive(Debug)]
pub struct Played {
    /// Empty: the story came true.
    pub differences: Vec<Difference>,
    /// How long the play took on its own clock.
    pub virtual_time: Duration,
    /// What everybody saw.
    pub transcript: Transcript,
    /// What each client has heard while it was there, teaser included.
    pub heard: BTreeMap<String, Vec<Heard>>,
}

impl<'a> Player<'a> {
    /// One that nobody watches, with one worker unless a story says how many.
    pub fn new(screener: &'a Screener) -> Self {
        Self {
            screener,
            workers: NonZeroUsize::MIN,
            behind: Duration::ZERO,
            order: Order::default(),
            spectator: &Nobody,
        }
    }

    /// So many workers, over which clients are spread in turns, unless a story says how many.
    #[must_use]
    pub fn workers(self, workers: NonZeroUsize) -> Self {
        Self { workers, ..self }
    }

    /// Plays begin so far into a second of the wall clock.
    #[must_use]
    pub fn behind(self, behind: Duration) -> Self {
        Self { behind, ..self }
    }

    /// The order of answers that arrive at one moment.
    #[must_use]
    pub fn order(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// Somebody watches.
    #[must_use]
    pub fn watched(self, spectator: &'a dyn Spectator) -> Self {
        Self { spectator, ..self }
    }

    /// Plays one story from its begin to its end.
    pub fn play(&self, scenario: &Scenario) -> Played {
        let now = Now::start(self.behind);
        match self.screener.start(scenario, self.workers, now, self.spectator.observer()) {
            Ok(host) => {
                let host = self.spectator.between(host, configuration(&scenario.policy));
                Play::new(scenario, self.screener, host, now, self.order, self.spectator).run()
            }
            Err(reason) => {
                let transcript = Transcript { refused: Some(reason), ..Transcript::default() };
                let differences = check(scenario, &transcript, LOG_TOLERANCE);
                let (virtual_time, heard) = (Duration::ZERO, BTreeMap::new());
                Played { differences, virtual_time, transcript, heard }
            }
        }
    }
}

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
struct Nobody;

impl Spectator for Nobody {}

#[cfg(test)]
mod tests;
