//! Lines for programs: JSON, one object each. Fields that do not apply are left out; names stay what they are.

use std::net::SocketAddr;

use envoy_sim::{ConnectionEnd, LogLevel, LogLine};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Event, HOST, text};

#[derive(Serialize)]
struct JsonLine<'a> {
    /// RFC 3339, UTC.
    time: &'a str,
    level: &'static str,
    program: &'a str,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<SocketAddr>,
    #[serde(flatten)]
    end: Option<End<'a>>,
    /// As the plain form has it.
    text: &'a str,
}

/// What only the end of a connection has.
#[derive(Serialize)]
struct End<'a> {
    server: SocketAddr,
    worker: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<&'a str>,
    received: u64,
    sent: u64,
    /// Seconds.
    duration: f64,
}

pub(super) fn log(time: &str, program: &str, line: &LogLine, text: &str) -> String {
    let level = match line.level {
        LogLevel::Trace => "trace",
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warning",
        LogLevel::Error => "error",
        LogLevel::Critical => "fatal",
    };
    render(&JsonLine { time, level, program, event: "log", client: client_in(text), end: None, text })
}

pub(super) fn notice(time: &str, event: Event, client: Option<SocketAddr>, text: &str) -> String {
    render(&JsonLine {
        time,
        level: event.level(),
        program: HOST,
        event: event.name(),
        client,
        end: None,
        text,
    })
}

pub(super) fn access(time: &str, end: &ConnectionEnd, text: &str) -> String {
    let fields = End {
        server: end.server,
        worker: end.worker,
        verdict: text::verdict(end),
        record: text::record(end).and_then(|record| RawValue::from_string(record).ok()),
        upstream: end.upstream.as_deref(),
        received: end.received,
        sent: end.sent,
        duration: end.duration.as_secs_f64(),
    };
    let client = Some(end.client);
    render(&JsonLine { time, level: "info", program: HOST, event: "access", client, end: Some(fields), text })
}

fn render(line: &JsonLine<'_>) -> String {
    // Strings, numbers and addresses: nothing that JSON could not hold.
    serde_json::to_string(line).unwrap_or_default()
}

/// The client that a line of postscreen's is about, its first `[ADDRESS]:PORT`. What the client sent comes after it.
fn client_in(text: &str) -> Option<SocketAddr> {
    let candidates = text.match_indices('[').filter_map(|(start, _)| {
        let (address, rest) = text[start + 1..].split_once("]:")?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        Some(SocketAddr::new(address.parse().ok()?, rest[..digits].parse().ok()?))
    });
    { candidates }.next()
}

// === impl Event ===

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Limit => "limit",
            Self::ProxyHeader => "proxy_header",
            Self::Backend => "backend",
            Self::Resolver => "resolver",
            Self::Reloaded => "reloaded",
            Self::ReloadRefused => "reload_refused",
            Self::Log => "log_lost",
            Self::Stop => "stop",
        }
    }

    fn level(self) -> &'static str {
        match self {
            Self::Start | Self::Reloaded | Self::Stop => "info",
            Self::Limit | Self::ProxyHeader | Self::Backend | Self::Resolver | Self::Log => "warning",
            Self::ReloadRefused => "error",
        }
    }
}
