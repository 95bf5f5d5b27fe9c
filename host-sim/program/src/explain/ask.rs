//! Asks all lists about a client, side by side.

use std::io::ErrorKind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use dns_client::Stub;
use postscreen_engine::DnsFailure;
use postscreen_engine::explain::ListReply;
use postscreen_scenario::{Reply as Said, Zones};

/// How long nothing is said about lists that have not answered yet, and how often it is said then.
const SILENCE: Duration = Duration::from_secs(1);

/// Who answers.
pub(super) enum ListSource {
    /// There is nobody to ask.
    Nobody,
    /// A DNS server, and how long one question may take.
    Resolver(Stub, Duration),
    /// Zones from a file. They answer at once, or never, which is found out after this time.
    Zones(Zones, Duration),
}

/// The reply to each question, in the same order. Who must be waited for is named on standard error.
pub(super) fn all(source: &ListSource, questions: &[Option<Vec<u8>>], names: &[&str]) -> Vec<ListReply> {
    match source {
        ListSource::Nobody => vec![ListReply::NotAsked; questions.len()],
        ListSource::Zones(zones, timeout) => questions
            .iter()
            .map(|question| match question {
                None => ListReply::NotAsked,
                Some(question) => match zones.reply(question) {
                    Said::Message(answer) => ListReply::Asked { message: Ok(answer), after: Duration::ZERO },
                    Said::NoQuestion | Said::Silence => {
                        ListReply::Asked { message: Err(DnsFailure::Timeout), after: *timeout }
                    }
                    // What Envoy makes of silence.
                    Said::Status(504) => {
                        ListReply::Asked { message: Err(DnsFailure::Timeout), after: Duration::ZERO }
                    }
                    Said::Status(status) => ListReply::Asked {
                        message: Err(DnsFailure::HttpStatus(status)),
                        after: Duration::ZERO,
                    },
                    Said::Reset | Said::Down => {
                        ListReply::Asked { message: Err(DnsFailure::Unreachable), after: Duration::ZERO }
                    }
                },
            })
            .collect(),
        ListSource::Resolver(stub, timeout) => resolved(stub, *timeout, questions, names),
    }
}

/// The answers to questions about senders, in the same order.
pub(super) fn about_senders(source: &ListSource, questions: &[Vec<u8>]) -> Vec<Result<Vec<u8>, DnsFailure>> {
    let names = vec!["the records of allow_spf"; questions.len()];
    let questions: Vec<_> = questions.iter().cloned().map(Some).collect();
    let message = |reply| match reply {
        ListReply::Asked { message, .. } => message,
        ListReply::NotAsked => Err(DnsFailure::Unreachable),
    };
    all(source, &questions, &names).into_iter().map(message).collect()
}

/// One thread per question; a policy has at most [`SITES_MAX`](postscreen_engine::policy::SITES_MAX) and
/// [`TRIAL_SITES_MAX`](postscreen_engine::policy::TRIAL_SITES_MAX) of them.
fn resolved(stub: &Stub, timeout: Duration, questions: &[Option<Vec<u8>>], names: &[&str]) -> Vec<ListReply> {
    let mut replies = vec![ListReply::NotAsked; questions.len()];
    let (sender, answers) = channel();
    thread::scope(|scope| {
        for (index, question) in questions.iter().enumerate() {
            let Some(question) = question else { continue };
            let sender = sender.clone();
            scope.spawn(move || {
                let start = Instant::now();
                let message = stub.ask_blocking(question, timeout).map_err(|error| match error.kind() {
                    ErrorKind::TimedOut => DnsFailure::Timeout,
                    _ => DnsFailure::Unreachable,
                });
                // Nobody hears it only if this function panicked.
                let _ = sender.send((index, ListReply::Asked { message, after: start.elapsed() }));
            });
        }
        drop(sender);
        loop {
            match answers.recv_timeout(SILENCE) {
                Ok((index, reply)) => replies[index] = reply,
                Err(RecvTimeoutError::Timeout) => {
                    let silent = |(index, reply): (usize, &ListReply)| {
                        (*reply == ListReply::NotAsked && questions[index].is_some()).then_some(names[index])
                    };
                    let silent: Vec<_> = replies.iter().enumerate().filter_map(silent).collect();
                    eprintln!("waiting for {}", silent.join(", "));
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    replies
}
