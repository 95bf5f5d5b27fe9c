//! After the early tests: the dummy SMTP server, for clients that are refused and for tests that need a dialogue; and
//! the end of every session: blessing, record, and the way out (postscreen's `psc_conclude`).

use super::{Forward, Phase, Session, Surroundings, bracketed, log};
use crate::io::{Destination, Output};
use crate::line::elapsed;
use crate::metric::Counter;
use crate::record::{Record, Test, TestSet};
use crate::registry::Settlement;
use crate::reply::{self, ReplyStyle};
use crate::smtpd::{DialogueEnd, DialogueEvent, Smtpd};
use crate::time::{Instant, Timer};
use crate::verdict::Verdict;

/// A client that talks to the dummy SMTP server.
#[derive(Debug)]
pub(super) struct Talk {
    /// When it began.
    pub since: Instant,
    smtpd: Box<Smtpd>,
}

/// How a session ends once its tests have been blessed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conclusion {
    /// The client is served.
    HandOff,
    /// It has got its last reply, or wants none.
    Close(Verdict),
}

impl Session {
    /// The tests before the greeting are over: serve the client, or talk to it.
    pub(super) fn greeted(&mut self, early: &[u8], around: &mut dyn Surroundings) {
        let undone = (self.progress.todo & TestSet::DEEP).without(self.progress.pass);
        let watch = undone | self.policy.deep_tests_on_trial();
        match &self.progress.forward {
            Forward::Yes if undone.is_empty() => self.conclude(Conclusion::HandOff, around),
            Forward::Yes => self.begin_talk(reply::COME_AGAIN.to_owned(), watch, early, around),
            Forward::No { reject, .. } => {
                // After a failure every deep test watches, enabled or not.
                let watch = if self.progress.any_failure() { TestSet::DEEP } else { watch };
                let reject = reject.clone();
                self.begin_talk(reject, watch, early, around);
            }
        }
    }

    fn begin_talk(&mut self, reject: String, watch: TestSet, early: &[u8], around: &mut dyn Surroundings) {
        self.note_lists(around);
        let smtpd = Smtpd::new(self.policy.clone(), self.client, watch, reject, self.reference());
        around.emit(Output::Dial(Destination::Nobody));
        // An early talker has been greeted by the teaser, where there is one: its words are the next thing.
        if !(self.progress.fail.contains(Test::Pregreet) && around.teases()) {
            around.emit(Output::ToClient(smtpd.greeting()));
        }
        self.enter(Phase::Talking(Talk { since: around.now().instant, smtpd: Box::new(smtpd) }));
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

    fn carry_out(&mut self, events: Vec<DialogueEvent>, around: &mut dyn Surroundings) {
        for event in events {
            match event {
                DialogueEvent::Say(bytes) => {
                    self.note(|notes| notes.told(&bytes));
                    around.emit(Output::ToClient(bytes));
                }
                DialogueEvent::Log(text) => log(around, text),
                DialogueEvent::Violated(test, evidence) => {
                    self.note(|notes| notes.offended(test, evidence));
                }
                DialogueEvent::Count(counter) => around.count(counter),
                DialogueEvent::LineDone => self.await_command(around),
                DialogueEvent::Passed(test) => self.passed(test, self.ttl(test), around),
                DialogueEvent::Ignored(test) => self.passed(test, self.policy.shortest_ttl(), around),
                DialogueEvent::ViolatedOnTrial(test) => self.tell_test_on_trial(test, around),
                DialogueEvent::Failed(test) => self.failed(test),
                DialogueEvent::End(end) => return self.talked(end, around),
            }
        }
    }

    /// The dialogue is over. What the client failed before it came to this weighs more than how it ended.
    fn talked(&mut self, end: DialogueEnd, around: &mut dyn Surroundings) {
        let verdict = match (&self.progress.forward, end) {
            (Forward::No { verdict, .. }, _) => *verdict,
            (Forward::Yes, DialogueEnd::CountLimit) => Verdict::CommandCountLimit,
            (Forward::Yes, DialogueEnd::LengthLimit) => Verdict::CommandLengthLimit,
            (Forward::Yes, DialogueEnd::TimeLimit) => Verdict::CommandTimeLimit,
            (Forward::Yes, DialogueEnd::Dropped(_) | DialogueEnd::NoRecipient | DialogueEnd::Quit) => {
                Verdict::Deferred
            }
        };
        self.conclude(Conclusion::Close(verdict), around);
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

    /// The client left while its tests ran; `when`: in relation to the greeting.
    pub(super) fn hung_up(&mut self, since: Instant, when: &str, around: &mut dyn Surroundings) {
        around.count(Counter::Hangup);
        let waited = elapsed(around.now().instant.since(since));
        let client = bracketed(self.client);
        log(around, format!("HANGUP after {waited} from {client} in tests {when} SMTP handshake"));
        let verdict = match &self.progress.forward {
            Forward::No { verdict, .. } => *verdict,
            Forward::Yes => Verdict::Hangup,
        };
        self.conclude(Conclusion::Close(verdict), around);
    }

    /// Any failure voids all passes; any pass is remembered; all tests passed earns a line in the log.
    fn conclude(&mut self, conclusion: Conclusion, around: &mut dyn Surroundings) {
        if self.progress.any_failure() || self.progress.pass.is_empty() {
            return self.end(conclusion, Verdict::Pass, around);
        }
        let all_passed = self.progress.pass == self.progress.todo;
        let settled = around.settle(Settlement {
            record: self.progress.record,
            unshared: std::mem::take(&mut self.progress.unshared),
            remember: true,
            claim_pass_new: all_passed && self.progress.new,
        });
        if settled.remembered.is_none() {
            around.count(Counter::RememberFailed);
        }
        let blessing = match (all_passed, self.progress.new && settled.first) {
            (false, _) => Verdict::Pass,
            // Of the overlapping sessions of a new client, only the first says that it is new.
            (true, true) => {
                around.count(Counter::PassNew);
                log(around, format!("PASS NEW {}", bracketed(self.client)));
                Verdict::PassNew
            }
            (true, false) => {
                self.bless_old(around);
                Verdict::PassOld
            }
        };
        self.end(conclusion, blessing, around);
    }

    /// Logs that a known client needs no test.
    pub(super) fn bless_old(&self, around: &mut dyn Surroundings) {
        around.count(Counter::PassOld);
        log(around, format!("PASS OLD {}", bracketed(self.client)));
    }

    fn end(&mut self, conclusion: Conclusion, blessing: Verdict, around: &mut dyn Surroundings) {
        match conclusion {
            Conclusion::HandOff => self.hand_off(blessing, around),
            Conclusion::Close(verdict) => self.close(verdict, around),
        }
    }

    /// One reply, with `soft_bounce` and `reject_footer` applied, and close. Nothing that was passed counts.
    pub(super) fn turn_away(&mut self, reply: &str, verdict: Verdict, around: &mut dyn Surroundings) {
        let style = ReplyStyle { reference: self.reference(), ..self.policy.reply_style() };
        let reply = style.finish(self.client, reply, around.now().unix);
        self.send_away(reply, verdict, around);
    }

    /// One reply as it stands, and close.
    pub(super) fn send_away(&mut self, reply: Vec<u8>, verdict: Verdict, around: &mut dyn Surroundings) {
        around.count(Counter::Refused);
        around.emit(Output::Dial(Destination::Nobody));
        self.note(|notes| notes.told(&reply));
        around.emit(Output::ToClient(reply));
        self.close(verdict, around);
    }

    /// Serves the client: from here on the engine does not see its bytes.
    pub(super) fn hand_off(&mut self, verdict: Verdict, around: &mut dyn Surroundings) {
        around.emit(Output::Verdict(verdict));
        self.file_record(verdict, true, around);
        around.emit(Output::Dial(Destination::Backend));
        self.enter(Phase::Transit);
    }

    fn close(&mut self, verdict: Verdict, around: &mut dyn Surroundings) {
        around.emit(Output::Verdict(verdict));
        self.file_record(verdict, false, around);
        if self.arrived {
            log(around, format!("DISCONNECT {}", bracketed(self.client)));
        }
        around.emit(Output::Close);
        self.enter(Phase::Over);
    }
}
