//! Why a client's script did not get to its end, in words and bytes.

use std::fmt;
use std::time::Duration;

use crate::check::Diff;
use crate::story::Step;
use crate::text::escaped;

/// The most bytes of a conversation that a message shows without an expected text beside them.
const SHOWN_BYTES_MAX: usize = 400;
/// The most lines of a conversation that are compared.
const LINES_MAX: usize = 1_000;

/// A step that went another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub(super) number: usize,
    pub(super) step: Option<Step>,
    pub(super) since_connect: Duration,
    pub(super) reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The server closed with only these bytes waiting.
    ClosedEarly(Vec<u8>),
    /// The host could not do its part.
    Host(String),
    OtherBytes(Vec<u8>),
    OtherTime {
        tolerance: Duration,
    },
    TooManyBytes,
    /// Bytes where none were expected.
    Unexpected(Vec<u8>),
    /// Only these bytes came within the time.
    WaitedTooLong(Vec<u8>, Duration),
}

// === impl Failure ===

impl Failure {
    /// What happened, in one line.
    pub fn words(&self) -> String {
        let name = self.step.as_ref().map_or("end", step_name);
        let seconds = self.since_connect.as_secs_f64();
        format!("step {} ({name}), {seconds:.3} s after connecting: {}", self.number, self.what())
    }

    /// The bytes that were expected and those that came, line by line, where bytes were expected.
    pub fn diff(&self) -> Option<Diff> {
        let Some(Step::Expect(wanted)) = &self.step else { return None };
        let got = match &self.reason {
            Reason::ClosedEarly(got) | Reason::OtherBytes(got) | Reason::WaitedTooLong(got, _) => got,
            Reason::Host(_) | Reason::OtherTime { .. } | Reason::TooManyBytes | Reason::Unexpected(_) => {
                return None;
            }
        };
        Diff::of(&lines(wanted), &lines(got))
    }

    fn what(&self) -> String {
        match &self.reason {
            Reason::ClosedEarly(_) if matches!(self.step, Some(Step::Expect(_))) => {
                "the server closed too early".to_owned()
            }
            Reason::ClosedEarly(_) => "the server closed".to_owned(),
            Reason::Host(what) => what.clone(),
            Reason::OtherBytes(_) => "other bytes arrived".to_owned(),
            Reason::OtherTime { tolerance } => {
                let Some(Step::Elapsed(time)) = &self.step else { return "another time".to_owned() };
                format!("expected {:.3} s, within {:.3} s", time.as_secs_f64(), tolerance.as_secs_f64())
            }
            Reason::TooManyBytes => format!("more than {} unread bytes arrived", super::INBOX_BYTES_MAX),
            Reason::Unexpected(got) => format!("expected no bytes, got \"{}\"", shown(got)),
            Reason::WaitedTooLong(_, limit) => {
                let close =
                    if matches!(self.step, Some(Step::Closed)) { " for the server's close" } else { "" };
                format!("waited {:.3} s in vain{close}", limit.as_secs_f64())
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())?;
        self.diff().map_or(Ok(()), |diff| write!(f, "\n{}", diff.text(crate::check::Paint::Plain)))
    }
}

/// The lines of a conversation, each in quotes as a story has it.
fn lines(bytes: &[u8]) -> Vec<String> {
    let pieces = bytes.split_inclusive(|byte| *byte == b'\n');
    pieces.take(LINES_MAX).map(|line| format!("\"{}\"", escaped(line))).collect()
}

fn shown(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN_BYTES_MAX) {
        Some(start) if bytes.len() > SHOWN_BYTES_MAX => format!("{}… {} bytes", escaped(start), bytes.len()),
        _ => escaped(bytes),
    }
}

fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Send(_) => "send",
        Step::Expect(_) => "expect",
        Step::Closed => "closed",
        Step::Silence(_) => "silence",
        Step::Wait(_) => "wait",
        Step::Elapsed(_) => "elapsed",
        Step::End => "end",
        Step::Close => "close",
        Step::Reset => "reset",
    }
}
