//! Why a client's script did not get to its end, in words and bytes.

use std::fmt;
use std::time::Duration;

use crate::story::Step;
use crate::wire::escaped;

/// The most bytes of a conversation that a message shows.
const SHOWN_BYTES_MAX: usize = 400;

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

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.step.as_ref().map_or("end", step_name);
        let seconds = self.since_connect.as_secs_f64();
        write!(f, "step {} ({name}), {seconds:.3} s after connecting: ", self.number)?;
        let wanted = match &self.step {
            Some(Step::Expect(wanted)) => wanted.as_slice(),
            _ => &[],
        };
        match &self.reason {
            Reason::ClosedEarly(got) if wanted.is_empty() && got.is_empty() => {
                f.write_str("the server closed")
            }
            Reason::ClosedEarly(got) => {
                f.write_str("the server closed too early")?;
                both(f, wanted, got)
            }
            Reason::Host(what) => f.write_str(what),
            Reason::OtherBytes(got) => {
                f.write_str("other bytes arrived")?;
                both(f, wanted, got)
            }
            Reason::OtherTime { tolerance } => {
                let Some(Step::Elapsed(time)) = &self.step else { return f.write_str("another time") };
                write!(f, "expected {:.3} s, within {:.3} s", time.as_secs_f64(), tolerance.as_secs_f64())
            }
            Reason::TooManyBytes => write!(f, "more than {} unread bytes arrived", super::INBOX_BYTES_MAX),
            Reason::Unexpected(got) => write!(f, "expected no bytes, got \"{}\"", shown(got)),
            Reason::WaitedTooLong(got, limit) => {
                write!(f, "waited {:.3} s in vain", limit.as_secs_f64())?;
                if matches!(self.step, Some(Step::Closed)) {
                    return f.write_str(" for the server's close");
                }
                both(f, wanted, got)
            }
        }
    }
}

/// The two texts, one below the other, and a mark below the first byte that differs.
fn both(f: &mut fmt::Formatter<'_>, wanted: &[u8], got: &[u8]) -> fmt::Result {
    let same = wanted.iter().zip(got).take_while(|(a, b)| a == b).count();
    write!(f, "\n  expected \"{}\"\n  got      \"{}\"", shown(wanted), shown(got))?;
    let prefix = wanted.get(..same).map_or(0, |prefix| escaped(prefix).len());
    if same < SHOWN_BYTES_MAX {
        write!(f, "\n            {:>width$} byte {}", "^", same + 1, width = prefix + 1)?;
    }
    Ok(())
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
