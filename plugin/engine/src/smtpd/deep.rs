//! The deep tests: what a client does wrong while it talks.

use super::command::Command;
use super::{DialogueEnd, DialogueEvent, Smtpd};
use crate::line::{CLIENT_TEXT_MAX, escape_start, printable};
use crate::metric::Counter;
use crate::policy::{Action, ForbiddenCommand};
use crate::record::{Test, TestSet};
use crate::reply;

/// How the deep tests of one session stand.
#[derive(Debug)]
pub(super) struct DeepTests {
    /// The tests that run and are not violated yet. Each violation is reported once.
    intact: TestSet,
    /// The tests that have been passed.
    passed: TestSet,
}

impl DeepTests {
    pub(super) fn new(watch: TestSet) -> Self {
        Self { intact: watch, passed: TestSet::NONE }
    }
}

impl Smtpd {
    /// Bare newline: the line ended with LF alone.
    pub(super) fn check_newline(&mut self, line: &[u8]) {
        if self.watches(Test::BareNewline) {
            let line = escape_start(line);
            self.log(format!("BARE NEWLINE from {} after {line}", self.peer()).as_bytes());
            self.violated(Test::BareNewline, format!("after {line}"));
        }
    }

    /// Non-SMTP command: an unknown command that is a mail header, no UTF-8, or forbidden. `before` is the command
    /// before it.
    pub(super) fn check_smtp(&mut self, command: &Command<'_>, before: &str) {
        let suspect = command.verb.is_none() && self.is_no_smtp(command.word);
        if suspect && self.watches(Test::NonSmtpCommand) {
            let word = printable(command.word, CLIENT_TEXT_MAX);
            let arguments = escape_start(command.arguments);
            let peer = self.peer();
            self.log(format!("NON-SMTP COMMAND from {peer} after {before}: {word} {arguments}").as_bytes());
            self.violated(Test::NonSmtpCommand, format!("after {before}: {word} {arguments}"));
        }
    }

    /// Pipelining: `behind` arrived together with the end of the command. BDAT may: its data follow at once (RFC 3030).
    pub(super) fn check_pipelining(&mut self, command: &Command<'_>, behind: &[u8]) {
        let impatient = !behind.is_empty() && !command.may_be_followed_by_data();
        if impatient && !self.ended && self.watches(Test::Pipelining) {
            let word = printable(command.word, CLIENT_TEXT_MAX);
            let peer = self.peer();
            let behind = escape_start(behind);
            self.log(format!("COMMAND PIPELINING from {peer} after {word}: {behind}").as_bytes());
            self.violated(Test::Pipelining, format!("after {word}: {behind}"));
        }
    }

    /// The client got as far as RCPT: it passes every test that it has not violated so far, whatever the reply to it.
    /// On trial there is nothing to pass.
    pub(super) fn pass_deep_tests(&mut self) {
        for test in [Test::BareNewline, Test::NonSmtpCommand, Test::Pipelining] {
            let counts = self.watches(test) && !self.policy.is_on_trial(test);
            if counts && !self.deep_tests.passed.contains(test) {
                self.deep_tests.passed |= test.into();
                self.events.push(DialogueEvent::Passed(test));
            }
        }
    }

    fn watches(&self, test: Test) -> bool {
        self.deep_tests.intact.contains(test)
    }

    fn violated(&mut self, test: Test, how: String) {
        self.deep_tests.intact = self.deep_tests.intact.without(test.into());
        self.events.push(DialogueEvent::Violated(test, how));
        let (counter, last_words) = match test {
            Test::NonSmtpCommand => (Counter::NonSmtpCommand, reply::NO_SMTP),
            Test::BareNewline => (Counter::BareNewline, reply::PROTOCOL_ERROR),
            _ => (Counter::Pipelining, reply::PROTOCOL_ERROR),
        };
        self.count(counter);
        if self.policy.is_on_trial(test) {
            return self.events.push(DialogueEvent::ViolatedOnTrial(test));
        }
        match self.policy.action(test) {
            Action::Ignore => self.events.push(DialogueEvent::Ignored(test)),
            Action::Enforce => {
                self.events.push(DialogueEvent::Failed(test));
                reply::PROTOCOL_ERROR_RCPT.clone_into(&mut self.reject);
            }
            Action::Drop => {
                self.events.push(DialogueEvent::Failed(test));
                self.say_and_end(last_words, DialogueEnd::Dropped(test));
            }
        }
    }

    fn is_no_smtp(&self, word: &[u8]) -> bool {
        is_header_label(word)
            || (self.policy.smtputf8_enable && str::from_utf8(word).is_err())
            || self.policy.forbidden_commands.iter().any(|forbidden| match forbidden {
                ForbiddenCommand::Verb(verb) => verb.as_bytes().eq_ignore_ascii_case(word),
                ForbiddenCommand::NoLetter => word.first().is_some_and(|first| !first.is_ascii_alphabetic()),
            })
    }
}

/// Whether a word begins as a mail header does: a name, perhaps tabs, and a colon. (The word ends at the first space,
/// so `Subject : x` is none, as in postscreen.)
fn is_header_label(word: &[u8]) -> bool {
    let Some(colon) = word.iter().position(|&byte| byte == b':') else { return false };
    let before = word.get(..colon).unwrap_or_default();
    let name = before.iter().rposition(|&byte| byte != b'\t').map_or(0, |last| last + 1);
    name > 0 && before.iter().take(name).all(u8::is_ascii_graphic)
}
