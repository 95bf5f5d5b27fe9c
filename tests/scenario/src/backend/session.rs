//! One session of a story's mail server, played without a socket and without a clock.
//!
//! A host calls [`MailSession::receive`] and [`MailSession::client_ended`] when something comes, then
//! [`MailSession::next`] until there is nothing to do at this moment, and again at [`MailSession::deadline`]. Times are
//! counted from any fixed moment, the same for all calls.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Sink, Stay};
use crate::story::Manners;

/// What the mail server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It says this.
    Say(Vec<u8>),
    /// It closes the connection in good order. The last word.
    Close,
    /// It breaks the connection (RST). The last word.
    Reset,
}

/// A session from its begin to its end.
#[derive(Clone, Debug)]
pub struct MailSession {
    manners: Manners,
    sink: Sink,
    stay: Stay,
    /// What it does and when; times never go back.
    planned: VecDeque<(Duration, Word)>,
}

// === impl MailSession ===

impl MailSession {
    /// A client has connected.
    pub fn new(manners: &Manners, now: Duration) -> Self {
        let mut session = Self {
            sink: Sink::new(manners.on.clone()),
            manners: manners.clone(),
            stay: Stay::Open,
            planned: VecDeque::new(),
        };
        session.plan(&manners.greeting, now + manners.after);
        if let Some(ending) = manners.then {
            session.leave(ending.into(), now);
        }
        session
    }

    /// Takes what the client sent. Commands are answered after the greeting, even if they come before it.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) {
        if self.stay != Stay::Open {
            return;
        }
        let mut replies = Vec::new();
        let stay = self.sink.receive(bytes, &mut replies);
        self.plan(&replies, now);
        self.leave(stay, now);
    }

    /// The client has ended its half. As a mail server does: no more commands, no more session.
    pub fn client_ended(&mut self, now: Duration) {
        if matches!(self.stay, Stay::Open | Stay::Stall) {
            self.leave(Stay::Close, now);
        }
    }

    /// What it does at this moment, one thing after the other.
    pub fn next(&mut self, now: Duration) -> Option<Word> {
        self.peek(now)?;
        self.planned.pop_front().map(|(_, word)| word)
    }

    /// As [`MailSession::next`], before it does it.
    pub fn peek(&self, now: Duration) -> Option<&Word> {
        self.planned.front().filter(|(at, _)| *at <= now).map(|(_, word)| word)
    }

    /// When to ask again, if nothing comes before.
    pub fn deadline(&self) -> Option<Duration> {
        self.planned.front().map(|(at, _)| *at)
    }

    /// Says something at this time or after what is planned already, in pieces.
    fn plan(&mut self, bytes: &[u8], at: Duration) {
        let len = self.manners.piece_bytes.map_or(usize::MAX, Into::into);
        for piece in bytes.chunks(len) {
            let at = match self.planned.back() {
                Some((before, _)) => at.max(*before + self.manners.pause),
                None => at,
            };
            self.planned.push_back((at, Word::Say(piece.to_vec())));
        }
    }

    fn leave(&mut self, stay: Stay, now: Duration) {
        self.stay = stay;
        let word = match stay {
            Stay::Close => Word::Close,
            Stay::Reset => Word::Reset,
            Stay::Open | Stay::Stall => return,
        };
        let at = self.planned.back().map_or(now, |(before, _)| now.max(*before));
        self.planned.push_back((at, word));
    }
}

#[cfg(test)]
mod tests;
