//! Between the WIT's types and the engine's, as the host sees them.
//!
//! What comes from a component is checked: an address that is none, or a name that the engine does not have, is a fault
//! of the component.

use std::net::IpAddr;
use std::time::Duration;

use postscreen_engine::{
    Counter, DnsFailure, Gauge, Input, Line, Now, Output, Record, Repeat, Severity, Standing, Test, TestSet,
    Upstream, Verdict,
};

use super::bindings::wit;
use super::screen::Fault;

/// As the engine's own error displays it.
pub(super) fn problem(problem: &wit::Problem) -> String {
    let path = if problem.path.is_empty() { String::new() } else { format!("{}: ", problem.path) };
    let position = problem.position.map(|(line, column)| format!(" (line {line}, column {column})"));
    format!("{path}{}{}", problem.message, position.unwrap_or_default())
}

pub(super) fn now(now: Now) -> wit::Now {
    wit::Now { monotonic_ms: now.instant.as_millis(), unix_s: now.unix }
}

pub(super) fn input(input: Input<'_>) -> wit::Input {
    match input {
        Input::ClientOpened => wit::Input::ClientOpened,
        Input::Joined(standing) => wit::Input::Joined(self::standing(standing)),
        Input::Remembered(record) => wit::Input::Remembered(record.map(passes)),
        Input::ClientBytes(bytes) => wit::Input::ClientBytes(bytes.to_vec()),
        Input::ClientEnd => wit::Input::ClientEnd,
        Input::ClientClosed => wit::Input::ClientClosed,
        Input::DnsAnswer { question, answer } => wit::Input::DnsAnswer(wit::DnsAnswer {
            question,
            answer: answer.map(<[u8]>::to_vec).map_err(|failure| match failure {
                DnsFailure::Unreachable => wit::DnsFailure::Unreachable,
                DnsFailure::Timeout => wit::DnsFailure::Timeout,
                DnsFailure::HttpStatus(status) => wit::DnsFailure::HttpStatus(status),
            }),
        }),
        Input::PassNewClaimed(first) => wit::Input::PassNewClaimed(first),
        Input::BackendAnswered => wit::Input::BackendAnswered,
        Input::DeadlineReached => wit::Input::DeadlineReached,
    }
}

pub(super) fn output(output: wit::Output) -> Result<Output, Fault> {
    Ok(match output {
        wit::Output::AskDns(wit::DnsQuestion { number, message, timeout_ms }) => {
            let timeout = Duration::from_millis(timeout_ms.into());
            Output::AskDns { question: number, message, timeout }
        }
        wit::Output::Join(client) => Output::Join(address(&client)?),
        wit::Output::Renew(client) => Output::Renew(address(&client)?),
        wit::Output::Share(wit::Share { client, passes, changed }) => {
            Output::Share(address(&client)?, record(passes), tests(changed))
        }
        wit::Output::ClaimPassNew(client) => Output::ClaimPassNew(address(&client)?),
        wit::Output::Leave(client) => Output::Leave(address(&client)?),
        wit::Output::Skip(len) => Output::Skip(usize::try_from(len).unwrap_or(usize::MAX)),
        wit::Output::Recall(client) => Output::Recall(address(&client)?),
        wit::Output::Remember(wit::Memory { client, passes }) => {
            Output::Remember(address(&client)?, record(passes))
        }
        wit::Output::Dial(wit::Upstream::Backend) => Output::Dial(Upstream::Backend),
        wit::Output::Dial(wit::Upstream::Nobody) => Output::Dial(Upstream::Nobody),
        wit::Output::Teaser(bytes) => Output::Teaser(bytes),
        wit::Output::ToClient(bytes) => Output::ToClient(bytes),
        wit::Output::Close => Output::Close,
        wit::Output::Log(line) => Output::Log(log_line(line)),
        wit::Output::Count(name) => {
            Output::Count(known("counter", &name, Counter::ALL.iter().copied(), Counter::name)?)
        }
        wit::Output::Adjust(wit::Adjustment { gauge, by }) => {
            Output::Adjust(known("gauge", &gauge, Gauge::ALL.iter().copied(), Gauge::name)?, by)
        }
        wit::Output::Verdict(name) => {
            Output::Verdict(known("verdict", &name, Verdict::ALL.iter().copied(), Verdict::as_str)?)
        }
    })
}

/// The one that has this name.
fn known<T: Copy>(
    what: &str,
    name: &str,
    mut all: impl Iterator<Item = T>,
    name_of: impl Fn(T) -> &'static str,
) -> Result<T, Fault> {
    all.find(|one| name_of(*one) == name).ok_or_else(|| Fault(format!("it speaks of the {what} {name:?}")))
}

fn address(text: &str) -> Result<IpAddr, Fault> {
    text.parse().map_err(|_| Fault(format!("it speaks of the client {text:?}: expected an IP address")))
}

fn log_line(line: wit::LogLine) -> Line {
    Line {
        severity: match line.severity {
            wit::Severity::Info => Severity::Info,
            wit::Severity::Warning => Severity::Warning,
        },
        text: line.text,
        repeat: line.once_per_minute.map_or(Repeat::Always, Repeat::OncePerMinute),
    }
}

fn standing(standing: Standing) -> wit::Standing {
    wit::Standing {
        of_client: standing.of_client,
        shared: standing.shared.map(passes),
        sessions: standing.sessions,
        in_transit: standing.in_transit,
        stressed: standing.stressed,
    }
}

fn tests(set: wit::Tests) -> TestSet {
    let flags = [
        (wit::Tests::PREGREET, Test::Pregreet),
        (wit::Tests::DNSBL, Test::Dnsbl),
        (wit::Tests::PIPELINING, Test::Pipelining),
        (wit::Tests::NON_SMTP_COMMAND, Test::NonSmtpCommand),
        (wit::Tests::BARE_NEWLINE, Test::BareNewline),
    ];
    flags.into_iter().filter(|(flag, _)| set.contains(*flag)).map(|(_, test)| test).collect()
}

fn record(passes: wit::Passes) -> Record {
    Record::from_stamps([
        passes.pregreet,
        passes.dnsbl,
        passes.pipelining,
        passes.non_smtp_command,
        passes.bare_newline,
    ])
}

fn passes(record: Record) -> wit::Passes {
    let [pregreet, dnsbl, pipelining, non_smtp_command, bare_newline] = record.stamps();
    wit::Passes { pregreet, dnsbl, pipelining, non_smtp_command, bare_newline }
}

#[cfg(test)]
mod tests;
