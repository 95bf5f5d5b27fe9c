//! A story as a file in the language of `tests/scenarios`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use postscreen_scenario::{Backend, Client, HostKind, MailServer, Scenario, Start, Step, Zone, escaped};
use serde_json::Value;

/// The text of the file.
pub(super) fn yaml(story: &Scenario) -> String {
    let mut text = format!("about: {}\n", quoted(&story.about));
    let _ = writeln!(text, "policy: {}", Value::Object(story.policy.clone()));
    dns(&mut text, story);
    text.push_str("clients:\n");
    for (name, one) in &story.clients {
        client(&mut text, name, one);
    }
    match &story.backend {
        None => {}
        Some(Backend::Untouched) => text.push_str("backend: untouched\n"),
        Some(Backend::Sessions(names)) => {
            _ = writeln!(text, "backend: {{ sessions: [{}] }}", names.join(", "));
        }
    }
    match story.log.as_deref() {
        None => {}
        Some([]) => text.push_str("log: []\n"),
        Some(lines) => {
            text.push_str("log:\n");
            for line in lines {
                let _ = writeln!(text, "  - {}", quoted(line));
            }
        }
    }
    for (index, (name, value)) in story.metrics.iter().enumerate() {
        let _ = writeln!(text, "{}  {name}: {value}", if index == 0 { "metrics:\n" } else { "" });
    }
    match &story.mail_server {
        // No random story has another one.
        MailServer::Serves(_) => {}
        MailServer::Busy => text.push_str("mail_server: busy\n"),
        MailServer::Refuses => text.push_str("mail_server: refuses\n"),
    }
    if story.hosts != BTreeSet::from(HostKind::ALL) {
        let hosts: Vec<_> = story.hosts.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "hosts: [{}]", hosts.join(", "));
    }
    for (field, value) in [("refused", &story.refused), ("delta", &story.delta)] {
        if let Some(value) = value {
            let _ = writeln!(text, "{field}: {}", quoted(value));
        }
    }
    text
}

fn dns(text: &mut String, story: &Scenario) {
    for (index, (name, zone)) in story.dns.iter().enumerate() {
        text.push_str(if index == 0 { "dns:\n" } else { "" });
        let _ = match zone {
            Zone::Fault(fault) => writeln!(text, "  {name}: {fault}"),
            Zone::Listing(listing) => {
                let listed: Vec<_> = listing
                    .listed
                    .iter()
                    .map(|(client, records)| format!("\"{client}\": {}", Value::from(shown(records))))
                    .collect();
                let (ttl, soa_ttl) = (span(listing.ttl), span(listing.soa_ttl));
                let listed = listed.join(", ");
                writeln!(text, "  {name}: {{ ttl: {ttl}, soa_ttl: {soa_ttl}, listed: {{ {listed} }} }}")
            }
        };
    }
}

fn shown<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn client(text: &mut String, name: &str, client: &Client) {
    let _ = writeln!(text, "  {name}:\n    from: \"{}\"", client.from);
    let _ = match &client.start {
        Start::At(time) => writeln!(text, "    at: {}", span(*time)),
        Start::After { client, wait } => writeln!(text, "    after: {client}\n    wait: {}", span(*wait)),
    };
    if client.script.is_empty() {
        text.push_str("    script: []\n");
        return;
    }
    text.push_str("    script:\n");
    for step in &client.script {
        let _ = match step {
            Step::Send(bytes) => writeln!(text, "      - send: \"{}\"", escaped(bytes)),
            Step::Expect(bytes) => writeln!(text, "      - expect: \"{}\"", escaped(bytes)),
            Step::Closed => writeln!(text, "      - closed"),
            Step::Silence(time) => writeln!(text, "      - silence: {}", span(*time)),
            Step::Wait(time) => writeln!(text, "      - wait: {}", span(*time)),
            Step::Elapsed(time) => writeln!(text, "      - elapsed: {}", span(*time)),
            Step::End => writeln!(text, "      - end"),
            Step::Close => writeln!(text, "      - close"),
            Step::Reset => writeln!(text, "      - reset"),
        };
    }
}

/// A text as it stands, in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// In milliseconds, or in seconds where that says all.
fn span(time: Duration) -> String {
    match time.as_millis() {
        millis if millis % 1_000 == 0 => format!("{}s", millis / 1_000),
        millis => format!("{millis}ms"),
    }
}

#[cfg(test)]
mod tests;
