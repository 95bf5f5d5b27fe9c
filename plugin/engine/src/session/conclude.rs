//! The end of a session: blessing, record, and the way out.

use super::{Phase, Session, bracketed};
use crate::io::{Output, Upstream};
use crate::line::elapsed;
use crate::metric::{Counter, Gauge};
use crate::time::Now;
use crate::verdict::Verdict;

impl Session {
    /// All tests are over and none forbids to serve the client.
    pub(super) fn conclude(&mut self) {
        let verdict = self.bless_and_remember();
        self.hand_off(verdict);
    }

    /// The client closed its end. That is no offence: passes earned before it are kept.
    pub(super) fn client_left(&mut self, now: Now) {
        if !matches!(self.phase, Phase::Recalling { .. } | Phase::Greeting(_)) {
            return;
        }
        self.count(Counter::Hangup);
        let waited = elapsed(self.waited(now));
        let client = bracketed(self.client);
        self.log(format!("HANGUP after {waited} from {client} in tests before SMTP handshake"));
        self.bless_and_remember();
        self.close(Verdict::Hangup);
    }

    /// Sends the last reply and closes. Nothing that was passed counts.
    pub(super) fn refuse(&mut self, reply: String, verdict: Verdict) {
        self.count(Counter::Refused);
        self.outputs.push(Output::Dial(Upstream::Nobody));
        self.outputs.push(Output::ToClient(reply.into_bytes()));
        self.close(verdict);
    }

    /// Serves the client: from here on the engine does not see its bytes.
    pub(super) fn hand_off(&mut self, verdict: Verdict) {
        self.outputs.push(Output::Verdict(verdict));
        self.outputs.push(Output::Dial(Upstream::Backend));
        self.leave();
    }

    /// Logs that a known client needs no test.
    pub(super) fn bless_old(&mut self) {
        self.count(Counter::PassOld);
        self.log(format!("PASS OLD {}", bracketed(self.client)));
    }

    /// Any failure voids all passes; all tests passed earns a blessing; any pass is remembered.
    fn bless_and_remember(&mut self) -> Verdict {
        if !self.progress.fail.is_empty() || self.progress.pass.is_empty() {
            return Verdict::Pass;
        }
        let record = self.progress.record.for_storage(self.policy.enabled_tests());
        self.outputs.push(Output::Remember(self.client_address(), record));
        if self.progress.pass != self.progress.todo {
            return Verdict::Pass;
        }
        if !self.progress.new {
            self.bless_old();
            return Verdict::PassOld;
        }
        self.count(Counter::PassNew);
        self.log(format!("PASS NEW {}", bracketed(self.client)));
        Verdict::PassNew
    }

    fn close(&mut self, verdict: Verdict) {
        self.outputs.push(Output::Verdict(verdict));
        self.log(format!("DISCONNECT {}", bracketed(self.client)));
        self.outputs.push(Output::Close);
        self.leave();
    }

    fn leave(&mut self) {
        if matches!(self.phase, Phase::Greeting(_)) {
            self.outputs.push(Output::Adjust(Gauge::Held, -1));
        }
        self.phase = Phase::Decided;
        self.timers.stop_all();
    }
}
