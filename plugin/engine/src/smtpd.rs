//! The dummy SMTP server: it talks to clients that may not be served (yet), and never takes mail.
//!
//! It has two purposes. A client whose action is `enforce` is refused at RCPT, so that the log says who wanted to write
//! to whom. And while it talks, the deep tests watch the client: does it wait for replies, does it speak SMTP, does it
//! end lines with CR LF? (postscreen's `postscreen_smtpd.c`.)
//!
//! ```text
//! bytes -> line (CR LF or LF) -> non-SMTP? -> pipelining? -> RCPT: passes -> too many? -> answer
//!            └ bare newline?
//! ```
//!
//! It is a pure state machine like everything here: bytes in, [`DialogueEvent`]s out. What it does not do: TLS
//! (STARTTLS is not offered), and AUTH, XCLIENT and XFORWARD (as in postscreen).

mod answer;
pub(crate) mod command;
mod deep;

use crate::client_record::Reference;
use crate::line::{TEXT_MAX, printable};
use crate::metric::Counter;
use crate::policy::{EhloKeyword, Policy};
use crate::record::{Test, TestSet};
use crate::reply::{self, ReplyStyle};
use command::{Command, LineReader, Read, Verb};
use deep::DeepTests;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

/// The most bytes that count as having arrived together: postscreen reads no more at once. (Postfix's
/// `VSTREAM_BUFSIZE`.)
pub const READ_MAX: usize = 4_096;

/// Something that happened in the dialogue, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogueEvent {
    /// Send this: one complete reply, with `soft_bounce` and `reject_footer` applied.
    Say(Vec<u8>),
    /// Write this line: printable ASCII, at most [`TEXT_MAX`] characters.
    Log(String),
    /// The client violates this deep test for the first time, and how: printable ASCII.
    Violated(Test, String),
    /// Add one to this counter.
    Count(Counter),
    /// A whole command line was handled: the time limit for the next one begins.
    LineDone,
    /// The client passes this deep test, unless it fails it later.
    Passed(Test),
    /// The client fails this deep test, whatever it passed before; the action is `enforce` or `drop`.
    Failed(Test),
    /// The client violates this deep test, and the action is `ignore`: a pass, but one for the shortest of all five
    /// validity periods only, also in place of a longer one from before.
    Ignored(Test),
    /// The client violates this deep test, which is on trial: no pass, and no failure.
    ViolatedOnTrial(Test),
    /// The dialogue is over, after everything said so far has been sent. Always the last event.
    End(DialogueEnd),
}

/// Why a dialogue ends, unless the client hangs up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DialogueEnd {
    /// More commands than `command_count_limit`.
    CountLimit,
    /// The client failed this deep test, and its action is `drop`.
    Dropped(Test),
    /// A command line longer than `line_length_limit`.
    LengthLimit,
    /// DATA or BDAT: no client sends them here unless it does not read replies.
    NoRecipient,
    /// The client said QUIT.
    Quit,
    /// No whole command line within `command_time_limit`.
    TimeLimit,
}

/// One client's dialogue with the dummy SMTP server.
///
/// Holds at most one line (`line_length_limit`), as much again for each of the sender and the HELO name, and
/// [`READ_MAX`] bytes behind a STARTTLS command.
#[derive(Debug)]
pub struct Smtpd {
    policy: Arc<Policy>,
    client: SocketAddr,
    lines: LineReader,
    /// What the client sent behind STARTTLS; see [`Smtpd::receive`].
    held: Vec<u8>,
    deep_tests: DeepTests,
    /// What RCPT and VRFY get: 4xx as long as the client has failed nothing. The last failure with the action
    /// `enforce` decides.
    reject: String,
    /// What stands in every refusal.
    reference: Option<Reference>,
    envelope: Envelope,
    /// What the last EHLO reply left out.
    discarded: BTreeSet<EhloKeyword>,
    commands: u32,
    /// The last command, as logs name it.
    last: &'static str,
    ended: bool,
    unix: u64,
    events: Vec<DialogueEvent>,
}

/// Who writes to whom, as far as it is known.
#[derive(Debug, Default)]
struct Envelope {
    helo: Option<Vec<u8>>,
    extended: bool,
    sender: Option<Vec<u8>>,
}

impl Smtpd {
    /// A dialogue with `client` that is about to begin.
    ///
    /// `watch` are the deep tests that run: the enabled and expired ones and those on trial, or all three after an
    /// earlier failure.
    /// `reject` is what RCPT and VRFY get, such as [`reply::COME_AGAIN`].
    pub fn new(
        policy: Arc<Policy>,
        client: SocketAddr,
        watch: TestSet,
        reject: String,
        reference: Option<Reference>,
    ) -> Self {
        Self {
            lines: LineReader::new(policy.line_length_limit),
            policy,
            client,
            held: Vec::new(),
            deep_tests: DeepTests::new(watch),
            reject,
            reference,
            envelope: Envelope::default(),
            discarded: BTreeSet::new(),
            commands: 0,
            last: "CONNECT",
            ended: false,
            unix: 0,
            events: Vec::new(),
        }
    }

    /// `220 …`. A client that talked before its turn does not get it, which spares it from misunderstandings.
    pub fn greeting(&self) -> Vec<u8> {
        self.policy.greeting().to_vec()
    }

    /// Takes bytes that arrived together, in one read: that is what the pipelining test goes by. `unix` is the wall
    /// clock, for the footer.
    ///
    /// As in postscreen, what a client sends together with STARTTLS, and behind it, stays unread until more comes.
    /// There it would be thrown away when TLS begins; without TLS the client just waits for replies it was not
    /// patient for.
    pub fn receive(&mut self, bytes: &[u8], unix: u64) -> Vec<DialogueEvent> {
        self.unix = unix;
        if !bytes.is_empty() {
            let held = std::mem::take(&mut self.held);
            self.read_all(&held, true);
        }
        let mut reads = bytes.chunks(READ_MAX).peekable();
        while let Some(read) = reads.next() {
            self.read_all(read, reads.peek().is_some());
        }
        std::mem::take(&mut self.events)
    }

    /// The client took longer than `command_time_limit` for a line.
    pub fn time_out(&mut self, unix: u64) -> Vec<DialogueEvent> {
        self.unix = unix;
        if !self.ended {
            self.over_limit("TIME", Counter::CommandTimeLimit, DialogueEnd::TimeLimit);
        }
        std::mem::take(&mut self.events)
    }

    /// Takes the bytes of one read. `more` have arrived behind them.
    fn read_all(&mut self, read: &[u8], more: bool) {
        let mut rest = read;
        while !self.ended && !rest.is_empty() {
            let (outcome, behind) = self.lines.read(rest);
            rest = behind;
            match outcome {
                Read::Partial => {}
                Read::TooLong => {
                    self.over_limit("LENGTH", Counter::CommandLengthLimit, DialogueEnd::LengthLimit);
                }
                Read::Line { line, bare } => {
                    let suspended = self.line_arrived(&line, bare, rest);
                    if suspended && !more {
                        self.held = rest.to_vec();
                        return;
                    }
                }
            }
        }
    }

    /// Handles a line, without its end. `behind` are the bytes that arrived together with its end. Returns whether the
    /// server looks at them only when more comes.
    fn line_arrived(&mut self, line: &[u8], bare: bool, behind: &[u8]) -> bool {
        if bare {
            self.check_newline(line);
        }
        if self.ended {
            return false;
        }
        let command = Command::parse(line);
        let before = std::mem::replace(&mut self.last, command.verb.map_or("UNIMPLEMENTED", Verb::name));
        self.check_smtp(&command, before);
        self.check_pipelining(&command, behind);
        if self.ended {
            return false;
        }
        if command.verb == Some(Verb::Rcpt) {
            self.pass_deep_tests();
        }
        self.commands = self.commands.saturating_add(1);
        if self.commands > self.policy.command_count_limit && command.verb != Some(Verb::Quit) {
            self.last = before;
            self.over_limit("COUNT", Counter::CommandCountLimit, DialogueEnd::CountLimit);
            return false;
        }
        self.answer(&command);
        if self.ended {
            return false;
        }
        if command.verb == Some(Verb::Starttls) {
            return true;
        }
        self.events.push(DialogueEvent::LineDone);
        false
    }

    fn over_limit(&mut self, limit: &str, counter: Counter, end: DialogueEnd) {
        self.count(counter);
        self.log(format!("COMMAND {limit} LIMIT from {} after {}", self.peer(), self.last).as_bytes());
        let myhostname = self.policy.myhostname.as_str();
        let text = match end {
            DialogueEnd::TimeLimit => reply::timed_out(myhostname),
            _ => reply::over_limit(myhostname),
        };
        self.say_and_end(&text, end);
    }

    fn say(&mut self, text: &str) {
        let style = ReplyStyle { reference: self.reference, ..self.policy.reply_style() };
        let reply = style.finish(self.client, text, self.unix);
        self.events.push(DialogueEvent::Say(reply));
    }

    fn say_and_end(&mut self, text: &str, end: DialogueEnd) {
        self.say(text);
        self.events.push(DialogueEvent::End(end));
        self.ended = true;
    }

    fn log(&mut self, text: &[u8]) {
        self.events.push(DialogueEvent::Log(printable(text, TEXT_MAX)));
    }

    fn count(&mut self, counter: Counter) {
        self.events.push(DialogueEvent::Count(counter));
    }

    /// The client as every log line names it: `[192.0.2.10]:48543`.
    fn peer(&self) -> String {
        format!("[{}]:{}", self.client.ip(), self.client.port())
    }
}

#[cfg(test)]
mod tests;
