//! One connection that the engine still has to do with.

use postscreen_engine::Instant;

/// What the connection's callbacks have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Hold the connection before `tcp_proxy`.
    Held,
    /// The connection leads to the speaker: the engine talks to the client.
    Spoken,
    /// Let everything pass; the first bytes of the mail server are worth a word to the engine.
    Transit,
    /// Being closed: hold whatever still comes.
    Shut,
}

/// One connection.
#[derive(Debug)]
pub struct Downstream {
    pub mode: Mode,
    /// Client bytes that Envoy holds back and the engine has seen.
    pub seen: usize,
    /// When the connection is closed, said or not; from its last words on.
    pub closes_at: Option<Instant>,
    /// What waits for the next cue.
    words: Vec<u8>,
    /// The speaker has been heard: from now on it must be asked for each cue.
    cued: bool,
}

impl Downstream {
    /// A connection that has just been accepted.
    pub fn new() -> Self {
        Self { mode: Mode::Held, seen: 0, closes_at: None, words: Vec::new(), cued: false }
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
}
