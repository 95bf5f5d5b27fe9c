//! The lines on standard output.
//!
//! Nothing that a peer sent gets there raw: whatever a text is made of, its line is printable ASCII.

mod json;
mod text;

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::net::SocketAddr;
use std::process;
use std::time::{Duration, UNIX_EPOCH};

use clap::ValueEnum;

use crate::{ConnectionEnd, LogLine};

/// What a line of output looks like.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum LogFormat {
    /// Time, program and text
    Plain,
    /// As rsyslog writes Postfix's lines into a mail log: time, host and postfix/postscreen[PID]
    Syslog,
    /// One JSON object: time, level, program, event, client, text and more
    Json,
}

/// What a line of the server's own is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Event {
    /// How it starts: what it listens on and whom it asks.
    Start,
    /// Clients are turned away, or have to wait, because a limit is reached; or no longer.
    Limit,
    /// A connection without a PROXY protocol header, or with a bad one.
    ProxyHeader,
    /// The mail server cannot be reached.
    Backend,
    /// The resolver fails.
    Resolver,
    /// Another configuration is in force.
    Reloaded,
    /// Another configuration was refused.
    ReloadRefused,
    /// How it stops.
    Stop,
}

/// The program whose lines are not the module's.
const HOST: &str = "host-sim";
/// The module's.
const MODULE: &str = "postscreen";

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

    /// Nobody reads the log any more.
    pub fn broken(&self) -> bool {
        self.broken.get()
    }

    /// Where clients come in. Not a log line, but the program's answer to whoever started it.
    pub fn listening(&self, wall: Duration, place: &str) {
        let text = format!("listening on {}", text::clean(place));
        match self.format {
            LogFormat::Plain | LogFormat::Syslog => self.line(&text),
            LogFormat::Json => self.line(&json::notice(&stamp(wall), Event::Start, None, &text)),
        }
    }

    /// A line of the module's, as syslog would show it.
    pub fn log(&self, wall: Duration, line: &LogLine) {
        let program = if line.by_host { HOST } else { MODULE };
        let text = text::log(line);
        match self.format {
            LogFormat::Plain | LogFormat::Syslog => self.line(&(self.header(wall, program) + &text)),
            LogFormat::Json => self.line(&json::log(&stamp(wall), program, line, &text)),
        }
    }

    /// A line of the server's own.
    pub fn notice(&self, wall: Duration, event: Event, client: Option<SocketAddr>, text: &str) {
        let text = text::clean(text);
        match self.format {
            LogFormat::Plain | LogFormat::Syslog => {
                let client = client.map(|client| format!("client={client}: ")).unwrap_or_default();
                self.line(&(self.header(wall, HOST) + &client + &text));
            }
            LogFormat::Json => self.line(&json::notice(&stamp(wall), event, client, &text)),
        }
    }

    /// A connection has ended.
    pub fn access(&self, wall: Duration, end: &ConnectionEnd) {
        let text = text::access(end);
        match self.format {
            // Not a line of a program in the plain form, where it has always stood alone.
            LogFormat::Plain => self.line(&format!("{} {text}", stamp(wall))),
            LogFormat::Syslog => self.line(&(self.header(wall, HOST) + &text)),
            LogFormat::Json => self.line(&json::access(&stamp(wall), end, &text)),
        }
    }

    /// Prints one line, and sends it off at once.
    fn line(&self, line: &str) {
        let mut out = self.out.borrow_mut();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            self.broken.set(true);
        }
    }

    fn header(&self, wall: Duration, program: &str) -> String {
        let syslog = self.format == LogFormat::Syslog;
        text::header(syslog, &stamp(wall), program, process::id())
    }
}

/// `2026-11-22T21:00:00.123Z`
fn stamp(wall: Duration) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + wall).to_string()
}

#[cfg(test)]
mod tests;
