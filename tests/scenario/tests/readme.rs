//! The reference of the language names every field and every step, and its example is a story.

use std::path::Path;

use postscreen_scenario::{Fault, parse};

/// Everything that a file may hold. The parser refuses any other name, see `unknown_names_are_refused_by_the_parser`.
const TOP: [&str; 19] = [
    "about",
    "policy",
    "dns",
    "clients",
    "backend",
    "log",
    "metrics",
    "dials",
    "finally",
    "mail_server",
    "resolver",
    "workers",
    "traps",
    "failure_policy",
    "reconfigure",
    "host_log",
    "hosts",
    "refused",
    "delta",
];
const CLIENT: [&str; 6] = ["from", "worker", "at", "after", "wait", "script"];
const MAIL_SERVER: [&str; 6] = ["greeting", "after", "piece_bytes", "pause", "then", "on"];
const RESOLVER: [&str; 4] = ["fault", "latency", "from", "until"];
const FINALLY: [&str; 4] = ["open", "passes", "verdicts", "records"];
const STEPS: [&str; 9] = ["send", "expect", "closed", "silence", "wait", "elapsed", "end", "close", "reset"];
const ZONE: [&str; 11] =
    ["ttl", "soa_ttl", "latency", "lost", "listed", "others", "a", "aaaa", "mx", "ptr", "txt"];
const OTHERS: [&str; 20] = [
    "answer",
    "reason",
    "missing",
    "http-",
    "fail-closed",
    "fail-open",
    "fail-reload",
    "untouched",
    "sessions",
    "text",
    "times",
    "PORT",
    "SERVER",
    "busy",
    "refuses",
    "native",
    "component",
    "proxy-wasm",
    "envoy",
    "postscreen",
];

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/README.md");
    std::fs::read_to_string(path).unwrap()
}

/// The names that the parser offers where it meets an unknown one.
fn offered(yaml: &str) -> Vec<String> {
    let message = parse("story.yaml", yaml).unwrap_err().message;
    let (_, names) =
        message.split_once("expected one of ").unwrap_or_else(|| panic!("{message}: offers no names"));
    sorted(&names.split(", ").collect::<Vec<_>>())
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<_> = names.iter().map(ToString::to_string).collect();
    names.sort_unstable();
    names
}

#[test]
fn unknown_names_are_refused_by_the_parser() {
    assert_eq!(offered("nonsense: 1\n"), sorted(&TOP));
    assert_eq!(offered("about: x\nclients: { a: { nonsense: 1 } }\n"), sorted(&CLIENT));
    assert_eq!(offered("about: x\nclients: { a: { from: '::1', script: [nonsense] } }\n"), sorted(&STEPS));
    let zone = parse("story.yaml", "about: x\ndns: { bl.test: { nonsense: 1 } }\n").unwrap_err().message;
    assert!(zone.contains(&format!("expected an address, {}", ZONE.join(", "))), "{zone}");
    assert_eq!(offered("about: x\nmail_server: { nonsense: 1 }\n"), sorted(&MAIL_SERVER));
    assert_eq!(offered("about: x\nresolver: { nonsense: 1 }\n"), sorted(&RESOLVER));
    assert_eq!(offered("about: x\nfinally: { nonsense: 1 }\n"), sorted(&FINALLY));
}

#[test]
fn every_field_is_explained() {
    let readme = readme();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let explained: Vec<_> = rows.flat_map(|names| names.split(", ")).collect();
    for name in TOP.into_iter().chain(CLIENT).chain(ZONE).chain(MAIL_SERVER).chain(RESOLVER).chain(FINALLY) {
        assert!(explained.contains(&&*format!("`{name}`")), "no row explains the field {name}");
    }
}

#[test]
fn every_step_is_explained() {
    let readme = readme();
    for name in STEPS {
        let explained =
            readme.contains(&format!("\n| `{name}` |")) || readme.contains(&format!("\n| `{name}: "));
        assert!(explained, "no row explains the step {name}");
    }
}

#[test]
fn every_other_word_occurs() {
    let readme = readme();
    let faults = Fault::WORDS.iter().map(|(word, _)| *word);
    for name in OTHERS.into_iter().chain(faults) {
        assert!(readme.contains(name), "{name} does not occur");
    }
}

#[test]
fn the_examples_are_stories() {
    let readme = readme();
    let examples: Vec<_> =
        readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [story, dns] = examples[..] else { panic!("expected a story and its `dns`, got {examples:?}") };
    parse("README.md", story).unwrap();
    let clients = "about: x\nclients: { a: { from: '::1', script: [] } }\n";
    let dns = parse("README.md", &format!("{clients}{dns}")).unwrap_or_else(|mistake| panic!("{mistake}"));
    assert!(!dns.dns.is_empty());
}
