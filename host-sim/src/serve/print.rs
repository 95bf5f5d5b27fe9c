//! The lines on standard output.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::io::Write;
use std::process;
use std::time::{Duration, UNIX_EPOCH};

use clap::ValueEnum;

use crate::{ConnectionEnd, LogLevel, LogLine};

/// The filter state in which the module leaves its verdict.
const VERDICT: &str = "wasm.postscreen.verdict";

/// What stands before the text of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum LogFormat {
    /// Time and program
    Plain,
    /// As rsyslog writes Postfix's lines into a mail log: time, host and postfix/postscreen[PID]
    Syslog,
}

impl LogFormat {
    /// The header of a line of `program`, up to and with the blank.
    ///
    /// The time is in RFC 3339's form, the default of rsyslog. The older one of RFC 3164 is in a time zone that the
    /// reader has to guess. The host is always `localhost`, which log readers leave unread.
    fn header(self, wall: Duration, program: &str, pid: u32) -> String {
        let stamp = stamp(wall);
        match self {
            Self::Plain => format!("{stamp} {program}: "),
            Self::Syslog if program == HOST => format!("{stamp} localhost {program}[{pid}]: "),
            Self::Syslog => format!("{stamp} localhost postfix/{program}[{pid}]: "),
        }
    }
}

/// The program whose lines are not the module's.
const HOST: &str = "host-sim";

/// Standard output, until nobody reads it any more.
pub(super) struct Printer {
    out: RefCell<Box<dyn Write>>,
    format: LogFormat,
    broken: Cell<bool>,
}

impl Printer {
    pub fn to_stdout(format: LogFormat) -> Self {
        Self { out: RefCell::new(Box::new(std::io::stdout())), format, broken: Cell::new(false) }
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
        let program = if line.by_host { HOST } else { program };
        self.line(&(self.header(wall, program) + &log_text(line)));
    }

    /// A line of the server's own.
    pub fn notice(&self, wall: Duration, text: &str) {
        self.line(&(self.header(wall, HOST) + text));
    }

    /// A connection has ended.
    pub fn access(&self, wall: Duration, end: &ConnectionEnd) {
        // Not a line of a program in the plain form, where it has always stood alone.
        let header = match self.format {
            LogFormat::Plain => format!("{} ", stamp(wall)),
            LogFormat::Syslog => self.header(wall, HOST),
        };
        self.line(&(header + &access_text(end)));
    }

    fn header(&self, wall: Duration, program: &str) -> String {
        self.format.header(wall, program, process::id())
    }
}

/// `2026-11-22T21:00:00.123Z`
fn stamp(wall: Duration) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + wall).to_string()
}

/// Postfix writes `warning: ` before the text of a warning, so this does too.
fn log_text(line: &LogLine) -> String {
    let severity = match line.level {
        LogLevel::Trace | LogLevel::Debug | LogLevel::Info => "",
        LogLevel::Warn => "warning: ",
        LogLevel::Error => "error: ",
        LogLevel::Critical => "fatal: ",
    };
    let text = line.text.strip_prefix(severity).unwrap_or(&line.text);
    format!("{severity}{text}")
}

/// For programs: the names and their order stay. What does not apply is `-`, as in Envoy's access logs.
fn access_text(end: &ConnectionEnd) -> String {
    let verdict = end.filter_state_text(VERDICT);
    let verdict = verdict.as_deref().unwrap_or("-").replace(['"', '\\', '\r', '\n'], "?");
    let upstream = end.upstream.as_deref().unwrap_or("-");
    let mut line = format!("access: client={} verdict=\"{verdict}\" upstream={upstream}", end.client);
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
