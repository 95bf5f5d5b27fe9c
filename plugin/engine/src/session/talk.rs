//! After the greeting: the dummy SMTP server, for clients that are refused and for tests that need a dialogue.

use super::conclude::Ending;
use super::{Forward, Phase, Session, Surroundings, count, log};
use crate::io::{Output, Upstream};
use crate::record::{Record, Test, TestSet};
use crate::reply;
use crate::smtpd::{Ending as End, Event, Smtpd};
use crate::time::Instant;
use crate::timer::Timer;
use crate::verdict::Verdict;

/// The tests that watch the dialogue.
const DEEP: [Test; 3] = [Test::Pipelining, Test::NonSmtpCommand, Test::BareNewline];

/// A client that talks to the dummy SMTP server.
#[derive(Debug)]
pub(super) struct Talk {
    /// When it began.
    pub since: Instant,
    smtpd: Box<Smtpd>,
}

impl Session {
    /// The tests before the greeting are over: serve the client, or talk to it.
    pub(super) fn greeted(&mut self, early: &[u8], around: &mut dyn Surroundings) {
        let deep: TestSet = DEEP.into_iter().collect();
        let undone = (self.progress.todo & deep).without(self.progress.pass);
        match &self.progress.forward {
            Forward::Yes if undone.is_empty() => self.conclude(Ending::HandOff, around),
            Forward::Yes => self.begin_talk(reply::COME_AGAIN.to_owned(), undone, early, around),
            Forward::No { reject, .. } => {
                // After a failure every deep test watches, enabled or not.
                let watch = if self.progress.any_failure() { deep } else { undone };
                let reject = reject.clone();
                self.begin_talk(reject, watch, early, around);
            }
        }
    }

    fn begin_talk(&mut self, reject: String, watch: TestSet, early: &[u8], around: &mut dyn Surroundings) {
        let smtpd = Smtpd::new(self.policy.clone(), self.client, watch, reject);
        around.emit(Output::Dial(Upstream::Nobody));
        // An early talker has been greeted by the teaser, where there is one: its words are the next thing.
        if !(self.progress.fail.contains(Test::Pregreet) && around.teases()) {
            around.emit(Output::ToClient(smtpd.greeting()));
        }
        self.phase = Phase::Talking(Talk { since: around.now().instant, smtpd: Box::new(smtpd) });
        self.timers.stop_all();
        self.await_command(around);
        if !early.is_empty() {
            self.commands_read(early, around);
        }
    }

    fn await_command(&mut self, around: &mut dyn Surroundings) {
        let limit = self.policy.command_time_limit.duration(self.stressed);
        self.timers.set(Timer::Command, around.now().instant.after(limit));
    }

    pub(super) fn commands_read(&mut self, bytes: &[u8], around: &mut dyn Surroundings) {
        if let Phase::Talking(talk) = &mut self.phase {
            let events = talk.smtpd.receive(bytes, around.now().unix);
            self.carry_out(events, around);
        }
    }

    pub(super) fn command_too_slow(&mut self, around: &mut dyn Surroundings) {
        if let Phase::Talking(talk) = &mut self.phase {
            let events = talk.smtpd.time_out(around.now().unix);
            self.carry_out(events, around);
        }
    }

    fn carry_out(&mut self, events: Vec<Event>, around: &mut dyn Surroundings) {
        for event in events {
            match event {
                Event::Say(bytes) => around.emit(Output::ToClient(bytes)),
                Event::Log(text) => log(around, text),
                Event::Count(counter) => count(around, counter),
                Event::LineDone => self.await_command(around),
                Event::Passed(test) => self.passed(test, self.ttl(test), around),
                Event::Ignored(test) => self.passed(test, self.policy.shortest_ttl(), around),
                Event::Failed(test) => self.failed(test),
                Event::End(ending) => return self.talked(ending, around),
            }
        }
    }

    /// The dialogue is over. What the client failed before it came to this weighs more than how it ended.
    fn talked(&mut self, ending: End, around: &mut dyn Surroundings) {
        let verdict = match (&self.progress.forward, ending) {
            (Forward::No { verdict, .. }, _) => *verdict,
            (Forward::Yes, End::CountLimit) => Verdict::CommandCountLimit,
            (Forward::Yes, End::LengthLimit) => Verdict::CommandLengthLimit,
            (Forward::Yes, End::TimeLimit) => Verdict::CommandTimeLimit,
            (Forward::Yes, End::Dropped(_) | End::NoRecipient | End::Quit) => Verdict::Deferred,
        };
        self.conclude(Ending::Close(verdict), around);
    }

    fn passed(&mut self, test: Test, ttl: u64, around: &mut dyn Surroundings) {
        self.progress.pass |= test.into();
        self.stamp(test, around.now().unix.saturating_add(ttl));
    }

    fn failed(&mut self, test: Test) {
        self.progress.pass = self.progress.pass.without(test.into());
        self.progress.fail |= test.into();
        self.stamp(test, u64::from(Record::DISABLED));
        let verdict = match test {
            Test::Pipelining => Verdict::Pipelining,
            Test::NonSmtpCommand => Verdict::NonSmtpCommand,
            _ => Verdict::BareNewline,
        };
        self.progress.forward = Forward::No { reject: String::new(), verdict };
    }

    /// How long a pass of a deep test is remembered, in seconds.
    fn ttl(&self, test: Test) -> u64 {
        match test {
            Test::Pipelining => self.policy.pipelining_ttl,
            Test::NonSmtpCommand => self.policy.non_smtp_command_ttl,
            _ => self.policy.bare_newline_ttl,
        }
        .as_secs()
    }
}
