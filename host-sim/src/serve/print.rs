//! The lines on standard output.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::io::Write;
use std::time::{Duration, UNIX_EPOCH};

use crate::{ConnectionEnd, LogLevel, LogLine};

/// The filter state in which the module leaves its verdict.
const VERDICT: &str = "wasm.postscreen.verdict";

/// Standard output, until nobody reads it any more.
pub(super) struct Printer {
    out: RefCell<Box<dyn Write>>,
    broken: Cell<bool>,
}

impl Printer {
    pub fn to_stdout() -> Self {
        Self { out: RefCell::new(Box::new(std::io::stdout())), broken: Cell::new(false) }
    }

    /// Prints one line, and sends it off at once.
    pub fn line(&self, line: &str) {
        let mut out = self.out.borrow_mut();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            self.broken.set(true);
        }
    }

    /// Nobody reads the log any more.
    pub fn broken(&self) -> bool {
        self.broken.get()
    }

    /// A line of the module's, as syslog would show it.
    pub fn log(&self, wall: Duration, program: &str, line: &LogLine) {
        self.line(&log_line(wall, program, line));
    }

    /// A line of the server's own.
    pub fn notice(&self, wall: Duration, text: &str) {
        self.line(&format!("{} host-sim: {text}", stamp(wall)));
    }

    /// A connection has ended.
    pub fn access(&self, wall: Duration, end: &ConnectionEnd) {
        self.line(&access_line(wall, end));
    }
}

/// `2026-11-22T21:00:00.123Z`
fn stamp(wall: Duration) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + wall).to_string()
}

/// Postfix writes `warning: ` before the text of a warning, so this does too.
fn log_line(wall: Duration, program: &str, line: &LogLine) -> String {
    let program = if line.by_host { "host-sim" } else { program };
    let severity = match line.level {
        LogLevel::Trace | LogLevel::Debug | LogLevel::Info => "",
        LogLevel::Warn => "warning: ",
        LogLevel::Error => "error: ",
        LogLevel::Critical => "fatal: ",
    };
    let text = line.text.strip_prefix(severity).unwrap_or(&line.text);
    format!("{} {program}: {severity}{text}", stamp(wall))
}

/// For programs: the names and their order stay. What does not apply is `-`, as in Envoy's access logs.
fn access_line(wall: Duration, end: &ConnectionEnd) -> String {
    let verdict = end.filter_state_text(VERDICT);
    let verdict = verdict.as_deref().unwrap_or("-").replace(['"', '\\', '\r', '\n'], "?");
    let upstream = end.upstream.as_deref().unwrap_or("-");
    let mut line =
        format!("{} access: client={} verdict=\"{verdict}\" upstream={upstream}", stamp(wall), end.client);
    // Writing into a string does not fail.
    let _ = write!(
        line,
        " received={} sent={} duration={:.1}s",
        end.received,
        end.sent,
        end.duration.as_secs_f64()
    );
    line
}

#[cfg(test)]
mod tests;
