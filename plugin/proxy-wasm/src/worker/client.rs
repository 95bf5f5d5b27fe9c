//! One client of a worker.

use super::Mode;
use postscreen_engine::{Endpoints, Instant, Policy, Seat, Session};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// One client.
#[derive(Debug)]
pub(super) struct Client {
    pub session: Session,
    pub mode: Rc<Cell<Mode>>,
    /// Its place among all open sessions, while it has one.
    pub seat: Option<Seat>,
    /// Client bytes that Envoy holds back and the engine has seen.
    pub seen: usize,
    /// Call-outs under way: token and question.
    pub calls: Vec<(u32, u16)>,
    pub deadline: Option<Instant>,
    /// What waits for the next cue.
    words: Vec<u8>,
    /// After these words the connection is to be closed.
    closing: bool,
    /// The speaker has been heard: from now on it must be asked for each cue.
    cued: bool,
}

impl Client {
    /// A client that has just connected.
    pub fn new(policy: Arc<Policy>, endpoints: Endpoints, mode: &Rc<Cell<Mode>>) -> Self {
        mode.set(Mode::Held);
        Self {
            session: Session::new(policy, endpoints),
            mode: mode.clone(),
            seat: None,
            seen: 0,
            calls: Vec::new(),
            deadline: None,
            words: Vec::new(),
            closing: false,
            cued: false,
        }
    }

    /// Adds to what is to be said.
    pub fn add_words(&mut self, bytes: &[u8]) {
        self.words.extend_from_slice(bytes);
    }

    /// All that is to be said, once.
    pub fn take_words(&mut self) -> Vec<u8> {
        self.cued = true;
        std::mem::take(&mut self.words)
    }

    /// Whether the speaker has been heard.
    pub fn was_cued(&self) -> bool {
        self.cued
    }

    /// Whether something is to be said.
    pub fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// Nothing more will be said.
    pub fn end_words(&mut self) {
        self.closing = true;
    }

    /// Whether the connection is to be closed.
    pub fn is_closing(&self) -> bool {
        self.closing
    }

    /// The question that a call-out was about, once.
    pub fn question(&mut self, token: u32) -> Option<u16> {
        let index = self.calls.iter().position(|&(other, _)| other == token)?;
        Some(self.calls.swap_remove(index).1)
    }
}
