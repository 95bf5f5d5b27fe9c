//! One client of a story: its script, played without a socket and without a clock.
//!
//! A host calls [`Actor::received`] and [`Actor::peer_closed`] when something arrives, and then
//! [`Actor::next`] until it says [`Action::Wait`], [`Action::Finished`] or [`Action::Failed`]. Times are counted
//! from any fixed moment, the same for all calls.

mod failure;
mod pattern;
mod teaser;

use std::time::Duration;

pub use failure::Failure;
use failure::Reason;
use pattern::Pattern;
use teaser::Teaser;

use crate::story::Step;
use crate::text::TEXT_BYTES_MAX;

/// The most bytes that a client keeps unread; a script fails where more arrive.
pub const INBOX_BYTES_MAX: usize = TEXT_BYTES_MAX;

/// What a host grants its clients.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long `expect` and `closed` wait at most.
    pub wait: Duration,
    /// How far `elapsed` may be off, both ways; zero means exact.
    pub tolerance: Duration,
    /// The host sends no teaser, so it greets an early talker that it talks to before it answers. That greeting is kept
    /// apart like a teaser, unless the script expects one.
    pub greets_early_talkers: bool,
}

/// What a host has to do for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send these bytes, then ask again.
    Send(Vec<u8>),
    /// Close the sending half (FIN), then ask again.
    End,
    /// Close the connection in good order, then ask again.
    Close,
    /// Break the connection (RST), then ask again.
    Reset,
    /// Ask again when something has arrived, at this time at the latest.
    Wait(Duration),
    /// The script has ended. Close the connection if it is still open.
    Finished,
    /// The story went another way. Close the connection if it is still open.
    Failed(Failure),
}

/// A client at work.
#[derive(Clone, Debug)]
pub struct Actor {
    script: Vec<Step>,
    limits: Limits,
    /// Index of the step in progress.
    step: usize,
    connected: Duration,
    step_began: Duration,
    teaser: Teaser,
    /// It has sent something.
    talked: bool,
    inbox: Vec<u8>,
    overflow: bool,
    peer_closed: bool,
}

/// How a step stands.
enum StepProgress {
    Done,
    DoneWith(Action),
    Until(Duration),
    Failed(Reason),
}

// === impl Actor ===

impl Actor {
    /// A client that connects now.
    pub fn new(script: &[Step], now: Duration, limits: Limits) -> Self {
        Self {
            script: script.to_vec(),
            limits,
            step: 0,
            connected: now,
            step_began: now,
            teaser: Teaser::default(),
            talked: false,
            inbox: Vec::new(),
            overflow: false,
            peer_closed: false,
        }
    }

    /// Bytes from the server. A teaser in front of them is kept apart: scripts never mention it.
    pub fn received(&mut self, bytes: &[u8]) {
        let greeting = self.limits.greets_early_talkers && self.talked && !self.expects_greeting();
        let bytes = self.teaser.strip(bytes, greeting);
        if self.inbox.len() + bytes.len() > INBOX_BYTES_MAX {
            self.overflow = true;
        } else {
            self.inbox.extend_from_slice(&bytes);
        }
    }

    /// The server closed the connection, in good order or not; no bytes follow.
    pub fn peer_closed(&mut self) {
        self.inbox.extend(self.teaser.give_up());
        self.peer_closed = true;
    }

    /// Whether the first words that its script waits for are a greeting.
    fn expects_greeting(&self) -> bool {
        let expected = self.script.iter().find_map(|step| match step {
            Step::Expect(bytes) => Some(bytes),
            _ => None,
        });
        expected.is_some_and(|bytes| bytes.starts_with(b"220"))
    }

    /// The teaser line, `220-` and a text, without its line end, if the server sent one.
    pub fn teaser(&self) -> Option<&[u8]> {
        self.teaser.line()
    }

    /// What to do now.
    pub fn next(&mut self, now: Duration) -> Action {
        loop {
            let Some(step) = self.script.get(self.step) else { return Action::Finished };
            let step = step.clone();
            match self.progress(&step, now) {
                StepProgress::Done => self.advance(now),
                StepProgress::DoneWith(action) => {
                    self.advance(now);
                    return action;
                }
                StepProgress::Until(time) => return Action::Wait(time),
                StepProgress::Failed(reason) => return Action::Failed(self.failure(reason, now)),
            }
        }
    }

    /// For a host that could not connect or not send: the failure of the step in progress.
    pub fn host_failure(&self, what: impl Into<String>, now: Duration) -> Failure {
        self.failure(Reason::Host(what.into()), now)
    }

    fn failure(&self, reason: Reason, now: Duration) -> Failure {
        let step = self.script.get(self.step).cloned();
        Failure { number: self.step + 1, step, since_connect: now.saturating_sub(self.connected), reason }
    }

    fn advance(&mut self, now: Duration) {
        self.step += 1;
        self.step_began = now;
    }

    fn progress(&mut self, step: &Step, now: Duration) -> StepProgress {
        if self.overflow {
            return StepProgress::Failed(Reason::TooManyBytes);
        }
        match step {
            Step::Send(bytes) => {
                self.talked = true;
                StepProgress::DoneWith(Action::Send(bytes.clone()))
            }
            Step::End => StepProgress::DoneWith(Action::End),
            Step::Close => StepProgress::DoneWith(Action::Close),
            Step::Reset => StepProgress::DoneWith(Action::Reset),
            Step::Expect(wanted) => self.expect(wanted, now),
            Step::Closed => self.closed(now),
            Step::Silence(time) => self.silence(*time, now),
            Step::Wait(time) => Self::until(self.step_began + *time, now),
            Step::Elapsed(time) => self.elapsed(*time, now),
        }
    }

    fn expect(&mut self, wanted: &[u8], now: Duration) -> StepProgress {
        let wanted = Pattern::of(wanted);
        if !wanted.begins(&self.inbox) {
            return StepProgress::Failed(Reason::OtherBytes(self.inbox.clone()));
        }
        if wanted.len() <= self.inbox.len() {
            self.inbox.drain(..wanted.len());
            return StepProgress::Done;
        }
        if self.peer_closed {
            return StepProgress::Failed(Reason::ClosedEarly(self.inbox.clone()));
        }
        self.at_most(now)
    }

    fn closed(&mut self, now: Duration) -> StepProgress {
        if !self.inbox.is_empty() {
            StepProgress::Failed(Reason::Unexpected(self.inbox.clone()))
        } else if self.peer_closed {
            StepProgress::Done
        } else {
            self.at_most(now)
        }
    }

    fn silence(&mut self, time: Duration, now: Duration) -> StepProgress {
        let end = self.step_began + time;
        if !self.inbox.is_empty() {
            StepProgress::Failed(Reason::Unexpected(self.inbox.clone()))
        } else if self.peer_closed {
            StepProgress::Failed(Reason::ClosedEarly(Vec::new()))
        } else {
            Self::until(end, now)
        }
    }

    fn elapsed(&self, time: Duration, now: Duration) -> StepProgress {
        let passed = now.saturating_sub(self.connected);
        if passed.abs_diff(time) > self.limits.tolerance {
            StepProgress::Failed(Reason::OtherTime { tolerance: self.limits.tolerance })
        } else {
            StepProgress::Done
        }
    }

    fn at_most(&self, now: Duration) -> StepProgress {
        match Self::until(self.step_began + self.limits.wait, now) {
            StepProgress::Done => {
                StepProgress::Failed(Reason::WaitedTooLong(self.inbox.clone(), self.limits.wait))
            }
            waiting => waiting,
        }
    }

    fn until(end: Duration, now: Duration) -> StepProgress {
        if now >= end { StepProgress::Done } else { StepProgress::Until(end) }
    }
}

#[cfg(test)]
mod tests;
