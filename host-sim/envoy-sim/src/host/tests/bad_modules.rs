//! Every message about a bad module, compared with `bad_modules/messages.txt`. `UPDATE=1 cargo test -p envoy-sim
//! bad_modules` writes it.

mod cases;

use std::fmt::Write as _;
use std::path::Path;

use similar::TextDiff;

use super::bench::Bench;
use crate::{Driven, Effect, Host, Limits, LogLine, Module, Now, Settings, StartError};
use cases::{ALL, Case};

/// Small enough that every endless thing ends soon.
pub(super) const LIMITS: Limits = Limits { fuel: Some(100_000), memory_bytes: 1024 * 1024 };

#[test]
fn every_message_is_as_written() {
    let mut shown = String::new();
    for case in ALL {
        let _ = writeln!(shown, "== {}", case.name);
        for line in play(case) {
            let _ = writeln!(shown, "{line}");
        }
        shown.push('\n');
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/host/tests/bad_modules/messages.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &shown).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    let diff = TextDiff::from_lines(expected.as_str(), &shown);
    let diff = diff.unified_diff().header("messages.txt", "now").to_string();
    assert!(diff.is_empty(), "UPDATE=1 takes this for right:\n{diff}");
}

/// Loads the module, starts a host with it, lets a client come and send a byte; until something goes wrong.
fn play(case: &Case) -> Vec<String> {
    let module = match Module::from_bytes("bad.wasm", &case.bytes()) {
        Ok(module) => module,
        Err(error) => return vec![format!("not loaded: {error}")],
    };
    let settings = Settings { limits: LIMITS, ..Settings::postscreen("configuration") };
    match Host::start(&module, settings, Now::default()) {
        Ok(host) => meet(Bench { host, now: Now::default() }),
        Err(error) => refused(&error),
    }
}

fn refused(error: &StartError) -> Vec<String> {
    let text = format!("not started: {}", error.with_log());
    let (headline, rest) = text.split_once('\n').unwrap_or((&text, ""));
    std::iter::once(headline.to_owned()).chain(rest.lines().map(|line| format!("  {line}"))).collect()
}

fn meet(mut bench: Bench) -> Vec<String> {
    let client = bench.accept();
    bench.send(client, "x");
    bench.wait(10);
    let effects = std::iter::from_fn(|| bench.host.poll_effect());
    let mut lines: Vec<String> = effects
        .filter_map(|effect| match effect {
            Effect::Log(line) if line.by_host => {
                Some(format!("{} on {}: {}", level(&line), line.vm, line.text))
            }
            Effect::CloseClient { .. } => Some("the client is closed".into()),
            _ => None,
        })
        .collect();
    // The rest of the run goes on: the host still takes clients.
    bench.accept();
    lines.push(format!("failed workers: {:?}", bench.host.failed_workers()));
    lines
}

fn level(line: &LogLine) -> String {
    format!("{:?}", line.level).to_lowercase()
}
