//! The end of a session: blessing, record, and the way out (postscreen's `psc_conclude`).

use super::{Forward, Phase, Session, Surroundings, bracketed, count, log};
use crate::io::{Output, Upstream};
use crate::line::elapsed;
use crate::metric::Counter;
use crate::registry::Settlement;
use crate::time::Instant;
use crate::verdict::Verdict;

/// How a session ends once its tests have been blessed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The client is served.
    HandOff,
    /// It has got its last reply, or wants none.
    Close(Verdict),
}

impl Session {
    /// From here on the client's mail is refused like this. The last failure decides what is said.
    pub(super) fn reject_with(&mut self, reject: String, verdict: Verdict) {
        self.progress.forward = Forward::No { reject, verdict };
    }

    /// The client sent FIN.
    pub fn client_ended(&mut self, around: &mut dyn Surroundings) {
        if !self.ends_while_refused() {
            self.client_left(around);
        }
    }

    /// The client is gone. That is no offence: passes earned before it are kept.
    pub fn client_left(&mut self, around: &mut dyn Surroundings) {
        match &self.phase {
            Phase::Greeting(greet) => {
                let since = greet.since();
                self.hung_up(since, "before", around);
            }
            Phase::Talking(talk) => {
                let since = talk.since;
                self.hung_up(since, "after", around);
            }
            Phase::ProxyHeader => self.proxy_header_cut_off(around),
            Phase::New | Phase::Transit => self.over(),
            Phase::Over => {}
        }
    }

    fn hung_up(&mut self, since: Instant, when: &str, around: &mut dyn Surroundings) {
        count(around, Counter::Hangup);
        let waited = elapsed(around.now().instant.since(since));
        let client = bracketed(self.client);
        log(around, format!("HANGUP after {waited} from {client} in tests {when} SMTP handshake"));
        let verdict = match &self.progress.forward {
            Forward::No { verdict, .. } => *verdict,
            Forward::Yes => Verdict::Hangup,
        };
        self.conclude(Ending::Close(verdict), around);
    }

    /// Any failure voids all passes; any pass is remembered; all tests passed earns a line in the log.
    pub(super) fn conclude(&mut self, ending: Ending, around: &mut dyn Surroundings) {
        if self.progress.any_failure() || self.progress.pass.is_empty() {
            return self.end(ending, Verdict::Pass, around);
        }
        let all_passed = self.progress.pass == self.progress.todo;
        let settled = around.settle(Settlement {
            record: self.progress.record,
            unshared: std::mem::take(&mut self.progress.unshared),
            remember: true,
            claim_pass_new: all_passed && self.progress.new,
        });
        if !settled.remembered {
            count(around, Counter::RememberFailed);
        }
        let blessing = match (all_passed, self.progress.new && settled.first) {
            (false, _) => Verdict::Pass,
            // Of the overlapping sessions of a new client, only the first says that it is new.
            (true, true) => {
                count(around, Counter::PassNew);
                log(around, format!("PASS NEW {}", bracketed(self.client)));
                Verdict::PassNew
            }
            (true, false) => {
                self.bless_old(around);
                Verdict::PassOld
            }
        };
        self.end(ending, blessing, around);
    }

    /// Logs that a known client needs no test.
    pub(super) fn bless_old(&self, around: &mut dyn Surroundings) {
        count(around, Counter::PassOld);
        log(around, format!("PASS OLD {}", bracketed(self.client)));
    }

    fn end(&mut self, ending: Ending, blessing: Verdict, around: &mut dyn Surroundings) {
        match ending {
            Ending::HandOff => self.hand_off(blessing, around),
            Ending::Close(verdict) => self.close(verdict, around),
        }
    }

    /// One reply, and close. Nothing that was passed counts.
    pub(super) fn turn_away(&mut self, reply: &str, verdict: Verdict, around: &mut dyn Surroundings) {
        self.send_away(self.final_reply(reply, around.now()), verdict, around);
    }

    /// One reply as it stands, and close.
    pub(super) fn send_away(&mut self, reply: Vec<u8>, verdict: Verdict, around: &mut dyn Surroundings) {
        count(around, Counter::Refused);
        around.emit(Output::Dial(Upstream::Nobody));
        around.emit(Output::ToClient(reply));
        self.close(verdict, around);
    }

    /// Serves the client: from here on the engine does not see its bytes.
    pub(super) fn hand_off(&mut self, verdict: Verdict, around: &mut dyn Surroundings) {
        around.emit(Output::Verdict(verdict));
        around.emit(Output::Dial(Upstream::Backend));
        self.phase = Phase::Transit;
        self.timers.stop_all();
    }

    /// The mail server has said its first word.
    pub fn backend_answered(&mut self) {
        if matches!(self.phase, Phase::Transit) {
            self.over();
        }
    }

    fn close(&mut self, verdict: Verdict, around: &mut dyn Surroundings) {
        around.emit(Output::Verdict(verdict));
        if self.arrived {
            log(around, format!("DISCONNECT {}", bracketed(self.client)));
        }
        around.emit(Output::Close);
        self.over();
    }

    fn over(&mut self) {
        self.phase = Phase::Over;
        self.timers.stop_all();
    }
}
