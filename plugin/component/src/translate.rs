//! Between the WIT's types and the engine's.

use crate::bindings::exports::postscreen::screen::screening as wit;
use postscreen_engine::metric::Series;
use postscreen_engine::{
    ConnectionId, Destination, DnsFailure, Endpoints, HostTraits, Input, Instant, Line, MetricKind, Now,
    Output, PolicyError, SeriesName, Severity, Task,
};
use std::net::SocketAddr;

pub fn problem(error: &PolicyError) -> wit::Problem {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    wit::Problem {
        path: error.path().to_owned(),
        message: error.message().to_owned(),
        position: error.position().map(|(line, column)| (number(line), number(column))),
    }
}

pub fn metric(series: &Series) -> wit::Metric {
    let kind = match series.kind {
        MetricKind::Counter => wit::MetricKind::Counter,
        MetricKind::Gauge => wit::MetricKind::Gauge,
        MetricKind::Histogram => wit::MetricKind::Histogram,
    };
    wit::Metric { name: series.name.to_string(), kind, help: series.help.to_owned() }
}

pub fn host(host: wit::Host) -> HostTraits {
    let (high, low) = host.hash_key;
    HostTraits { teases: host.teases, hash_key: (u128::from(high) << 64 | u128::from(low)).to_be_bytes() }
}

pub fn endpoints(ends: &wit::Endpoints) -> Result<Endpoints, String> {
    Ok(Endpoints { client: address("client", &ends.client)?, server: address("server", &ends.server)? })
}

fn address(role: &str, text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{role} address {text:?}: expected IP:PORT or [IPv6]:PORT"))
}

pub fn now(now: wit::Now) -> Now {
    Now { instant: Instant::from_millis(now.monotonic_ms), unix: now.unix_s }
}

pub fn input(input: &wit::Input) -> Input<'_> {
    match input {
        wit::Input::ClientBytes(bytes) => Input::ClientBytes(bytes),
        wit::Input::ClientEnd => Input::ClientEnd,
        wit::Input::ClientClosed => Input::ClientClosed,
        wit::Input::BackendAnswered => Input::BackendAnswered,
        wit::Input::DnsAnswer(wit::DnsAnswer { question, answer }) => Input::DnsAnswer {
            question: *question,
            answer: answer.as_deref().map_err(|failure| match failure {
                wit::DnsFailure::Unreachable => DnsFailure::Unreachable,
                wit::DnsFailure::Timeout => DnsFailure::Timeout,
                wit::DnsFailure::HttpStatus(status) => DnsFailure::HttpStatus(*status),
            }),
        },
        wit::Input::DeadlineReached => Input::DeadlineReached,
    }
}

pub fn task(task: Task) -> wit::Task {
    wit::Task { connection: task.connection.map(|ConnectionId(id)| id), what: output(task.output) }
}

fn output(output: Output) -> wit::Output {
    match output {
        Output::AskDns { question, message, timeout } => wit::Output::AskDns(wit::DnsQuestion {
            number: question,
            message,
            timeout_ms: u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX),
        }),
        Output::Skip(len) => wit::Output::Skip(u32::try_from(len).unwrap_or(u32::MAX)),
        Output::Dial(Destination::Backend) => wit::Output::Dial(wit::Upstream::Backend),
        Output::Dial(Destination::Nobody) => wit::Output::Dial(wit::Upstream::Nobody),
        Output::Teaser(bytes) => wit::Output::Teaser(bytes),
        Output::ToClient(bytes) => wit::Output::ToClient(bytes),
        Output::Close => wit::Output::Close,
        Output::Log(line) => wit::Output::Log(log_line(line)),
        Output::Count(series, by) => wit::Output::Count(measurement(&series, by)),
        Output::Gauge(series, value) => wit::Output::Gauge(measurement(&series, value)),
        Output::Sample(series, value) => wit::Output::Sample(measurement(&series, value)),
        Output::Verdict(verdict) => wit::Output::Verdict(verdict.as_str().to_owned()),
        Output::Record(record) => wit::Output::Record(record),
    }
}

fn measurement(series: &SeriesName, value: u32) -> wit::Measurement {
    wit::Measurement { metric: series.to_string(), value }
}

fn log_line(line: Line) -> wit::LogLine {
    wit::LogLine {
        severity: match line.severity {
            Severity::Info => wit::Severity::Info,
            Severity::Warning => wit::Severity::Warning,
        },
        text: line.text,
    }
}
