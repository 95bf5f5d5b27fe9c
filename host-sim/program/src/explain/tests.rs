//! Each explanation as people and programs get it, compared with the files in `tests/golden`. `UPDATE=1 cargo test -p
//! host-sim explain` writes them.

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use similar::TextDiff;

use super::{ExplainArgs, run};

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: ExplainArgs,
}

fn here(name: &str) -> String {
    format!("{}/src/explain/tests/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A command line in words; names of files are those in `tests`.
fn parsed(line: &str) -> Result<ExplainArgs, clap::Error> {
    let file = |word: &str| match word.rsplit_once('.') {
        Some((_, "json" | "yaml")) => here(word),
        _ => word.to_owned(),
    };
    Command::try_parse_from([String::new()].into_iter().chain(line.split(' ').map(file)))
        .map(|command| command.args)
}

fn explained(line: &str) -> String {
    run(&parsed(line).unwrap()).unwrap() + "\n"
}

fn refused(line: &str) -> String {
    let mut shown = String::new();
    miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor())
        .render_report(&mut shown, run(&parsed(line).unwrap()).unwrap_err().as_ref())
        .unwrap();
    shown
}

#[track_caller]
fn compare(file: &str, actual: &str) {
    let path = PathBuf::from(here("golden")).join(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let diff = TextDiff::from_lines(expected.as_str(), actual);
    let diff = diff.unified_diff().header(file, "now").to_string();
    assert!(diff.is_empty(), "UPDATE=1 takes this for right:\n{diff}");
}

/// Explains a client as text and as JSON.
#[track_caller]
fn golden(name: &str, line: &str) {
    let line = format!("{line} --now 1700000000");
    compare(&format!("{name}.txt"), &explained(&line));
    compare(&format!("{name}.json"), &explained(&format!("{line} --json")));
}

#[test]
fn permitted_by_mynetworks() {
    golden("permitted", "::ffff:10.1.2.3 --config policy.json --zone zone.yaml");
}

#[test]
fn denied() {
    golden("denied", "192.0.2.66 --config policy.json --zone zone.yaml");
}

#[test]
fn denied_but_allowed_to_talk() {
    golden("denied-enforce", "192.0.2.66 --config enforce.json --zone zone.yaml");
}

#[test]
fn above_the_threshold() {
    golden("above", "203.0.113.31 --config policy.json --zone zone.yaml");
}

#[test]
fn at_the_threshold_and_two_lists() {
    golden("at", "203.0.113.32 --config policy.json --zone zone.yaml");
}

#[test]
fn below_the_threshold_and_a_list_with_a_secret_name() {
    golden("below", "203.0.113.33 --config policy.json --zone zone.yaml");
}

#[test]
fn on_an_allowlist_but_one_list_is_silent() {
    golden("allowlisted-slow", "203.0.113.40 --config policy.json --zone zone.yaml");
}

#[test]
fn on_an_allowlist() {
    golden("allowlisted", "203.0.113.40 --config policy.json --zone fast.yaml");
}

#[test]
fn a_list_that_answers_with_an_error_code() {
    golden("error-code", "203.0.113.50 --config policy.json --zone zone.yaml");
}

#[test]
fn an_ipv6_client() {
    golden("ipv6", "[2001:db8::30] --config policy.json --zone zone.yaml");
}

#[test]
fn listed_and_allowed_to_talk() {
    golden("enforce", "203.0.113.30 --config enforce.json --zone zone.yaml");
}

#[test]
fn a_sender_vouches() {
    golden("sender", "203.0.113.9 --config senders.json --zone senders.yaml");
}

#[test]
fn a_sender_vouches_for_one_who_is_listed() {
    golden("sender-listed", "203.0.113.30 --config senders.json --zone senders.yaml");
}

#[test]
fn no_sender_vouches() {
    golden("sender-of-nobody", "203.0.113.99 --config senders.json --zone senders.yaml");
}

#[test]
fn told_to_come_again() {
    golden("deferred", "203.0.113.77 --config enforce.json --zone zone.yaml");
}

#[test]
fn at_an_address_where_no_pass_is_earned() {
    golden("veto", "203.0.113.77 --config enforce.json --zone zone.yaml --server 198.51.100.2");
}

#[test]
fn known_with_every_pass() {
    let record = "1700000500;1700000000;1;1;1";
    golden("known", &format!("203.0.113.77 --config policy.json --zone fast.yaml --record {record}"));
}

#[test]
fn known_with_an_expired_pass() {
    let record = "1700000500;1699999999;1;1;1";
    golden("expired", &format!("203.0.113.33 --config policy.json --zone fast.yaml --record {record}"));
}

#[test]
fn known_long_ago() {
    let record = "1690000000;1;1;1;1";
    golden("outdated", &format!("203.0.113.77 --config policy.json --zone fast.yaml --record {record}"));
}

#[test]
fn a_secret_list_is_never_named() {
    for json in ["", " --json"] {
        let line = format!("203.0.113.33 --config policy.json --zone zone.yaml{json}");
        let text = explained(&line);
        assert!(text.contains("other.test") && !text.contains("key"), "{text}");
    }
}

#[test]
fn every_json_field_is_in_the_help() {
    fn names(value: &serde_json::Value, all: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    all.push(name.clone());
                    names(value, all);
                }
            }
            serde_json::Value::Array(values) => values.iter().for_each(|value| names(value, all)),
            _ => {}
        }
    }
    let json = explained("10.1.2.3 --config policy.json --zone zone.yaml --json");
    let mut all = Vec::new();
    names(&serde_json::from_str(&json).unwrap(), &mut all);
    for name in all {
        assert!(super::HELP.contains(&name), "{name} is not in the help");
    }
}

#[test]
fn bad_input_is_refused_with_the_reason() {
    let usage = |line| parsed(line).unwrap_err().to_string();
    assert!(usage("300.1.1.1 --config policy.json").contains("expected an IP address"));
    assert!(usage("192.0.2.1 --config policy.json --record 1;2;x").contains("expected 1 to 5 Unix times"));
    assert!(usage("192.0.2.1").contains("--config"));
    assert!(refused("192.0.2.1 --config missing.json").contains("cannot read"));
    assert!(refused("192.0.2.1 --config policy.json --zone missing.yaml").contains("cannot read"));
    assert!(refused("192.0.2.1 --config policy.json --zone policy.json").contains("no zones"));
    assert!(refused("192.0.2.1 --config policy.json --resolver nowhere").contains("expected HOST:PORT"));
}

#[test]
fn a_bad_configuration_is_pointed_at() {
    let shown = refused("192.0.2.1 --config zone.yaml");
    assert!(shown.contains("zone.yaml:1:1") && shown.contains("is not valid"), "{shown}");
}
