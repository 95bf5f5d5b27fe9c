//! The end of a session: blessing, record, and the way out (postscreen's `psc_conclude`).

use super::{Forward, Phase, Session, bracketed};
use crate::io::{Output, Upstream};
use crate::line::elapsed;
use crate::metric::{Counter, Gauge};
use crate::time::{Instant, Now};
use crate::timer::{TABLE_WAIT, Timer};
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
    /// From here on the client counts as one that is being screened.
    pub(super) fn begin_screening(&mut self) {
        if !std::mem::replace(&mut self.screened, true) {
            self.outputs.push(Output::Adjust(Gauge::Held, 1));
        }
    }

    /// From here on the client's mail is refused like this. The last failure decides what is said.
    pub(super) fn reject_with(&mut self, reject: String, verdict: Verdict) {
        self.progress.forward = Forward::No { reject, verdict };
    }

    /// The client sent FIN.
    pub(super) fn client_ended(&mut self, now: Now) {
        if !self.ends_while_refused() {
            self.client_left(now);
        }
    }

    /// The client is gone. That is no offence: passes earned before it are kept.
    pub(super) fn client_left(&mut self, now: Now) {
        match &self.phase {
            Phase::Joining(_) | Phase::Recalling(_) | Phase::Greeting(_) => {
                let since = self.greet_began().unwrap_or(now.instant);
                self.hung_up(since, "before", now);
            }
            Phase::Talking(talk) => {
                let since = talk.since;
                self.hung_up(since, "after", now);
            }
            Phase::ProxyHeader => self.proxy_header_cut_off(),
            Phase::Claiming(_) => self.claimed(true),
            Phase::Admitting | Phase::Transit => self.over(),
            Phase::Over => {}
        }
    }

    fn hung_up(&mut self, since: Instant, when: &str, now: Now) {
        self.count(Counter::Hangup);
        let waited = elapsed(now.instant.since(since));
        let client = bracketed(self.client);
        self.log(format!("HANGUP after {waited} from {client} in tests {when} SMTP handshake"));
        let verdict = match &self.progress.forward {
            Forward::No { verdict, .. } => *verdict,
            Forward::Yes => Verdict::Hangup,
        };
        self.conclude(Ending::Close(verdict), now);
    }

    /// Any failure voids all passes; any pass is remembered; all tests passed earns a line in the log.
    pub(super) fn conclude(&mut self, ending: Ending, now: Now) {
        if self.progress.any_failure() || self.progress.pass.is_empty() {
            return self.end(ending, Verdict::Pass);
        }
        let record = self.progress.record.for_storage(self.policy.enabled_tests());
        self.outputs.push(Output::Remember(self.client_address(), record));
        if self.progress.pass != self.progress.todo {
            self.end(ending, Verdict::Pass);
        } else if self.progress.new {
            self.phase = Phase::Claiming(ending);
            self.timers.stop(Timer::GreetWait);
            self.timers.stop(Timer::Command);
            self.timers.set(Timer::Table, now.instant.after(TABLE_WAIT));
            self.outputs.push(Output::ClaimPassNew(self.client_address()));
        } else {
            self.bless_old();
            self.end(ending, Verdict::PassOld);
        }
    }

    /// Of the overlapping sessions of a new client, only the first says that it is new.
    pub(super) fn claimed(&mut self, first: bool) {
        let Phase::Claiming(ending) = self.phase else { return };
        if first {
            self.count(Counter::PassNew);
            self.log(format!("PASS NEW {}", bracketed(self.client)));
            self.end(ending, Verdict::PassNew);
        } else {
            self.bless_old();
            self.end(ending, Verdict::PassOld);
        }
    }

    /// Logs that a known client needs no test.
    pub(super) fn bless_old(&mut self) {
        self.count(Counter::PassOld);
        self.log(format!("PASS OLD {}", bracketed(self.client)));
    }

    fn end(&mut self, ending: Ending, blessing: Verdict) {
        match ending {
            Ending::HandOff => self.hand_off(blessing),
            Ending::Close(verdict) => self.close(verdict),
        }
    }

    /// One reply, and close. Nothing that was passed counts.
    pub(super) fn turn_away(&mut self, reply: &str, verdict: Verdict, now: Now) {
        self.send_away(self.final_reply(reply, now), verdict);
    }

    /// One reply as it stands, and close.
    pub(super) fn send_away(&mut self, reply: Vec<u8>, verdict: Verdict) {
        self.count(Counter::Refused);
        self.outputs.push(Output::Dial(Upstream::Nobody));
        self.outputs.push(Output::ToClient(reply));
        self.close(verdict);
    }

    /// Serves the client: from here on the engine does not see its bytes.
    pub(super) fn hand_off(&mut self, verdict: Verdict) {
        self.outputs.push(Output::Verdict(verdict));
        self.outputs.push(Output::Dial(Upstream::Backend));
        self.stop_screening();
        self.phase = Phase::Transit;
    }

    pub(super) fn backend_answered(&mut self) {
        if matches!(self.phase, Phase::Transit) {
            self.over();
        }
    }

    fn close(&mut self, verdict: Verdict) {
        self.outputs.push(Output::Verdict(verdict));
        if self.joined {
            self.log(format!("DISCONNECT {}", bracketed(self.client)));
        }
        self.outputs.push(Output::Close);
        self.stop_screening();
        self.over();
    }

    fn stop_screening(&mut self) {
        if std::mem::take(&mut self.screened) {
            self.outputs.push(Output::Adjust(Gauge::Held, -1));
        }
        let renew = self.timers.stop(Timer::Renew);
        self.timers.stop_all();
        if let Some(renew) = renew {
            self.timers.set(Timer::Renew, renew);
        }
    }

    fn over(&mut self) {
        if std::mem::take(&mut self.joined) {
            self.outputs.push(Output::Leave(self.client_address()));
        }
        self.phase = Phase::Over;
        self.timers.stop_all();
    }
}
