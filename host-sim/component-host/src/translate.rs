//! Between the WIT's types and the engine's, as the host sees them.
//!
//! What comes from a component is checked: a name that the engine does not have is a fault of the component.

use std::collections::BTreeSet;
use std::time::Duration;

use postscreen_engine::{
    ConnectionId, Destination, DnsFailure, Endpoints, HostTraits, Input, Line, Now, Output, SeriesName,
    Severity, Task, Verdict,
};

use super::bindings::wit;
use super::screen::ScreenFault;

/// Which function of a worker an input goes to.
pub(super) enum GuestCall {
    Accept(Option<wit::Endpoints>),
    Handle(wit::Input),
}

/// As the engine's own error displays it.
pub(super) fn problem(problem: &wit::Problem) -> String {
    let path = if problem.path.is_empty() { String::new() } else { format!("{}: ", problem.path) };
    let position = problem.position.map(|(line, column)| format!(" (line {line}, column {column})"));
    format!("{path}{}{}", problem.message, position.unwrap_or_default())
}

pub(super) fn now(now: Now) -> wit::Now {
    wit::Now { monotonic_ms: now.instant.as_millis(), unix_s: now.unix }
}

pub(super) fn host(host: HostTraits) -> wit::Host {
    let key = u128::from_be_bytes(host.hash_key);
    let half = |shift: u32| u64::try_from(key >> shift & u128::from(u64::MAX)).unwrap_or_default();
    wit::Host { teases: host.teases, hash_key: (half(64), half(0)) }
}

pub(super) fn call(input: Input<'_>) -> GuestCall {
    GuestCall::Handle(match input {
        Input::ClientOpened(ends) => return GuestCall::Accept(ends.map(endpoints)),
        Input::ClientBytes(bytes) => wit::Input::ClientBytes(bytes.to_vec()),
        Input::ClientEnd => wit::Input::ClientEnd,
        Input::ClientClosed => wit::Input::ClientClosed,
        Input::BackendAnswered => wit::Input::BackendAnswered,
        Input::DnsAnswer { question, answer } => wit::Input::DnsAnswer(wit::DnsAnswer {
            question,
            answer: answer.map(<[u8]>::to_vec).map_err(|failure| match failure {
                DnsFailure::Unreachable => wit::DnsFailure::Unreachable,
                DnsFailure::Timeout => wit::DnsFailure::Timeout,
                DnsFailure::HttpStatus(status) => wit::DnsFailure::HttpStatus(status),
            }),
        }),
        Input::DeadlineReached => wit::Input::DeadlineReached,
    })
}

fn endpoints(Endpoints { client, server }: Endpoints) -> wit::Endpoints {
    wit::Endpoints { client: client.to_string(), server: server.to_string() }
}

/// `metrics` are those that its policies have.
pub(super) fn task(task: wit::Task, metrics: &BTreeSet<String>) -> Result<Task, ScreenFault> {
    Ok(Task { connection: task.connection.map(ConnectionId), output: output(task.what, metrics)? })
}

fn output(output: wit::Output, metrics: &BTreeSet<String>) -> Result<Output, ScreenFault> {
    let known = |name: String| {
        if metrics.contains(&name) { Ok(SeriesName::from(&*name)) } else { Err(unknown("metric", &name)) }
    };
    Ok(match output {
        wit::Output::AskDns(wit::DnsQuestion { number, message, timeout_ms }) => {
            let timeout = Duration::from_millis(timeout_ms.into());
            Output::AskDns { question: number, message, timeout }
        }
        wit::Output::Skip(len) => Output::Skip(usize::try_from(len).unwrap_or(usize::MAX)),
        wit::Output::Dial(wit::Upstream::Backend) => Output::Dial(Destination::Backend),
        wit::Output::Dial(wit::Upstream::Nobody) => Output::Dial(Destination::Nobody),
        wit::Output::Teaser(bytes) => Output::Teaser(bytes),
        wit::Output::ToClient(bytes) => Output::ToClient(bytes),
        wit::Output::Close => Output::Close,
        wit::Output::Log(line) => Output::Log(log_line(line)),
        wit::Output::Count(wit::Measurement { metric, value }) => Output::Count(known(metric)?, value),
        wit::Output::Gauge(wit::Measurement { metric, value }) => Output::Gauge(known(metric)?, value),
        wit::Output::Sample(wit::Measurement { metric, value }) => Output::Sample(known(metric)?, value),
        wit::Output::Verdict(name) => {
            let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == name);
            Output::Verdict(verdict.ok_or_else(|| unknown("verdict", &name))?)
        }
        wit::Output::Record(record) => Output::Record(record),
    })
}

fn unknown(what: &str, name: &str) -> ScreenFault {
    ScreenFault(format!("it speaks of the {what} {name:?}"))
}

fn log_line(line: wit::LogLine) -> Line {
    let severity = match line.severity {
        wit::Severity::Info => Severity::Info,
        wit::Severity::Warning => Severity::Warning,
    };
    Line { severity, text: line.text }
}

#[cfg(test)]
mod tests;
