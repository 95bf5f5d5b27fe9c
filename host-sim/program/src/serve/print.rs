//! The lines on standard output.
//!
//! Nothing that a peer sent gets there raw: whatever a text is made of, its line is printable ASCII.

mod json;
mod patient;
mod text;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::process;
use std::time::{Duration, UNIX_EPOCH};

use clap::ValueEnum;
use envoy_sim::{ConnectionEnd, LogLine};
use prometheus::IntCounter;

use self::patient::Patient;

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
    /// Lines of this log that could not be written.
    Log,
    /// How it stops.
    Stop,
}

/// The program whose lines are not the module's.
const HOST: &str = "host-sim";
/// The module's.
const MODULE: &str = "postscreen";

/// Standard output, until nobody reads it any more. A line that finds no room, on a full disk or before a reader that
/// hangs, is lost: mail is worth more than its log.
pub(super) struct LogPrinter {
    out: RefCell<Box<dyn Write>>,
    format: LogFormat,
    broken: Cell<bool>,
    lost: Lost,
}

/// Lines that could not be written.
struct Lost {
    total: IntCounter,
    /// Since the last line that could, and why the last of them could not.
    now: RefCell<Option<(u64, io::Error)>>,
}

impl LogPrinter {
    /// Counts in `lost` what it cannot write.
    pub fn to_stdout(format: LogFormat, lost: IntCounter) -> io::Result<Self> {
        // Without a buffer: a line is written as a whole, or it is lost.
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Self::to(Box::new(Patient::new(out)), format, lost))
    }

    fn to(out: Box<dyn Write>, format: LogFormat, total: IntCounter) -> Self {
        let lost = Lost { total, now: RefCell::default() };
        Self { out: RefCell::new(out), format, broken: Cell::new(false), lost }
    }

    /// Nobody reads the log any more.
    pub fn broken(&self) -> bool {
        self.broken.get()
    }

    /// Where clients come in. Not a log line, but the program's answer to whoever started it.
    pub fn listening(&self, wall: Duration, place: &str) {
        let text = format!("listening on {}", text::clean(place));
        self.line(
            wall,
            &match self.format {
                LogFormat::Plain | LogFormat::Syslog => text,
                LogFormat::Json => json::notice(&stamp(wall), Event::Start, None, &text),
            },
        );
    }

    /// A line of the module's, as syslog would show it.
    pub fn log(&self, wall: Duration, line: &LogLine) {
        let program = if line.by_host { HOST } else { MODULE };
        let text = text::log(line);
        self.line(
            wall,
            &match self.format {
                LogFormat::Plain | LogFormat::Syslog => self.header(wall, program) + &text,
                LogFormat::Json => json::log(&stamp(wall), program, line, &text),
            },
        );
    }

    /// A line of the server's own.
    pub fn notice(&self, wall: Duration, event: Event, client: Option<SocketAddr>, text: &str) {
        self.line(wall, &self.notice_line(wall, event, client, text));
    }

    /// A connection has ended: its client's record, if it left one, and the access line, which has it in JSON.
    pub fn access(&self, wall: Duration, end: &ConnectionEnd) {
        if self.format != LogFormat::Json
            && let Some(record) = text::record(end)
        {
            self.line(wall, &format!("{}RECORD {record}", self.header(wall, HOST)));
        }
        let text = text::access(end);
        self.line(
            wall,
            &match self.format {
                // Not a line of a program in the plain form, where it has always stood alone.
                LogFormat::Plain => format!("{} {text}", stamp(wall)),
                LogFormat::Syslog => self.header(wall, HOST) + &text,
                LogFormat::Json => json::access(&stamp(wall), end, &text),
            },
        );
    }

    fn notice_line(&self, wall: Duration, event: Event, client: Option<SocketAddr>, text: &str) -> String {
        let text = text::clean(text);
        match self.format {
            LogFormat::Plain | LogFormat::Syslog => {
                let client = client.map(|client| format!("client={client}: ")).unwrap_or_default();
                self.header(wall, HOST) + &client + &text
            }
            LogFormat::Json => json::notice(&stamp(wall), event, client, &text),
        }
    }

    /// Prints one line at once, or loses it. The first one after a loss tells of it.
    fn line(&self, wall: Duration, line: &str) {
        let mut lost = self.lost.now.borrow_mut();
        let notice = lost.as_ref().map(|(lines, why)| {
            let text = format!("lines of this log that could not be written: {lines}; the last one: {why}");
            // The lost ones may have left the begin of a line.
            format!("\n{}\n", self.notice_line(wall, Event::Log, None, &text))
        });
        match self.write(&format!("{}{line}\n", notice.unwrap_or_default())) {
            Ok(()) => *lost = None,
            Err(why) => {
                self.broken.set(self.broken.get() || why.kind() == ErrorKind::BrokenPipe);
                self.lost.total.inc();
                *lost = Some((lost.as_ref().map_or(0, |(lines, _)| *lines) + 1, why));
            }
        }
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut out = self.out.borrow_mut();
        out.write_all(text.as_bytes())?;
        out.flush()
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
