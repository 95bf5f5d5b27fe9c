//! Between the WIT's types and the engine's.

use crate::bindings::exports::postscreen::screen::screening as wit;
use postscreen_engine::{
    Counter, DnsFailure, Gauge, Input, Instant, Line, Now, Output, PolicyError, Record, Repeat, Severity,
    Standing, Test, TestSet, Upstream,
};

pub fn problem(error: &PolicyError) -> wit::Problem {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    wit::Problem {
        path: error.path().to_owned(),
        message: error.message().to_owned(),
        position: error.position().map(|(line, column)| (number(line), number(column))),
    }
}

pub fn metrics() -> Vec<wit::Metric> {
    let metric =
        |name: &str, kind, help: &str| wit::Metric { name: name.to_owned(), kind, help: help.to_owned() };
    let counters = Counter::ALL.iter().map(|one| metric(one.name(), wit::MetricKind::Counter, one.help()));
    let gauges = Gauge::ALL.iter().map(|one| metric(one.name(), wit::MetricKind::Gauge, one.help()));
    counters.chain(gauges).collect()
}

pub fn now(now: wit::Now) -> Now {
    Now { instant: Instant::from_millis(now.monotonic_ms), unix: now.unix_s }
}

pub fn input(input: &wit::Input) -> Input<'_> {
    match input {
        wit::Input::ClientOpened => Input::ClientOpened,
        wit::Input::Joined(found) => Input::Joined(standing(*found)),
        wit::Input::PassNewClaimed(first) => Input::PassNewClaimed(*first),
        wit::Input::BackendAnswered => Input::BackendAnswered,
        wit::Input::Remembered(passes) => Input::Remembered(passes.map(record)),
        wit::Input::ClientBytes(bytes) => Input::ClientBytes(bytes),
        wit::Input::ClientEnd => Input::ClientEnd,
        wit::Input::ClientClosed => Input::ClientClosed,
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

pub fn output(output: Output) -> wit::Output {
    match output {
        Output::AskDns { question, message, timeout } => wit::Output::AskDns(wit::DnsQuestion {
            number: question,
            message,
            timeout_ms: u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX),
        }),
        Output::Join(client) => wit::Output::Join(client.to_string()),
        Output::Renew(client) => wit::Output::Renew(client.to_string()),
        Output::Share(client, record, changed) => wit::Output::Share(wit::Share {
            client: client.to_string(),
            passes: passes(record),
            changed: tests(changed),
        }),
        Output::ClaimPassNew(client) => wit::Output::ClaimPassNew(client.to_string()),
        Output::Leave(client) => wit::Output::Leave(client.to_string()),
        Output::Skip(len) => wit::Output::Skip(u32::try_from(len).unwrap_or(u32::MAX)),
        Output::Recall(client) => wit::Output::Recall(client.to_string()),
        Output::Remember(client, record) => {
            wit::Output::Remember(wit::Memory { client: client.to_string(), passes: passes(record) })
        }
        Output::Dial(Upstream::Backend) => wit::Output::Dial(wit::Upstream::Backend),
        Output::Dial(Upstream::Nobody) => wit::Output::Dial(wit::Upstream::Nobody),
        Output::Teaser(bytes) => wit::Output::Teaser(bytes),
        Output::ToClient(bytes) => wit::Output::ToClient(bytes),
        Output::Close => wit::Output::Close,
        Output::Log(line) => wit::Output::Log(log_line(line)),
        Output::Count(counter) => wit::Output::Count(counter.name().to_owned()),
        Output::Adjust(gauge, by) => {
            wit::Output::Adjust(wit::Adjustment { gauge: gauge.name().to_owned(), by })
        }
        Output::Verdict(verdict) => wit::Output::Verdict(verdict.as_str().to_owned()),
    }
}

fn log_line(line: Line) -> wit::LogLine {
    wit::LogLine {
        severity: match line.severity {
            Severity::Info => wit::Severity::Info,
            Severity::Warning => wit::Severity::Warning,
        },
        text: line.text,
        once_per_minute: match line.repeat {
            Repeat::Always => None,
            Repeat::OncePerMinute(number) => Some(number),
        },
    }
}

fn tests(set: TestSet) -> wit::Tests {
    let flags = [
        (Test::Pregreet, wit::Tests::PREGREET),
        (Test::Dnsbl, wit::Tests::DNSBL),
        (Test::Pipelining, wit::Tests::PIPELINING),
        (Test::NonSmtpCommand, wit::Tests::NON_SMTP_COMMAND),
        (Test::BareNewline, wit::Tests::BARE_NEWLINE),
    ];
    flags
        .into_iter()
        .filter(|&(test, _)| set.contains(test))
        .fold(wit::Tests::empty(), |all, (_, flag)| all | flag)
}

fn standing(found: wit::Standing) -> Standing {
    Standing {
        of_client: found.of_client,
        shared: found.shared.map(record),
        sessions: found.sessions,
        in_transit: found.in_transit,
        stressed: found.stressed,
    }
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
