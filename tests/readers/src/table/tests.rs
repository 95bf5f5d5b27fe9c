use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{parse, sessions};
use crate::acts::INNOCENT;

const STORIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");

#[test]
fn a_session_has_a_title_three_expectations_and_lines() {
    let whole = "# x\n\n# A\n# postscreen: 192.0.2.1 192.0.2.1\n# postfix.local: nobody\n\
                 # postfix: 2001:db8::1\nline\n";
    let sessions = parse(whole).unwrap();
    let [session] = &sessions[..] else { panic!("{sessions:?}") };
    assert_eq!(session.title, "A");
    assert_eq!(session.postscreen, ["192.0.2.1".parse::<std::net::IpAddr>().unwrap(); 2]);
    assert!(session.postfix_local.is_empty());
    assert_eq!(session.lines, ["line"]);
    for part in ["# A\n", "# postfix.local: nobody\n", "line\n", "192.0.2.1 "] {
        let broken =
            if part == "192.0.2.1 " { whole.replacen(part, "x ", 1) } else { whole.replace(part, "") };
        assert!(parse(&broken).is_err(), "{broken}");
    }
}

/// So an address that is found too often, or not at all, belongs to one session.
#[test]
fn no_client_is_in_two_sessions() {
    let mut titles = BTreeMap::new();
    for session in sessions().unwrap() {
        for client in session.clients().filter(|client| *client != INNOCENT) {
            let title = titles.entry(client).or_insert_with(|| session.title.clone());
            assert_eq!(*title, session.title, "{client}");
        }
    }
}

/// What is written by hand here could be what nobody logs. The stories are true: a real postscreen plays them.
#[test]
fn every_kind_of_line_is_one_that_a_story_has() {
    let entries = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let folders = entries(Path::new(STORIES)).filter(|path| path.is_dir());
    let known: BTreeSet<_> = folders.flat_map(|folder| entries(&folder)).flat_map(kinds_in_story).collect();
    for line in sessions().unwrap().iter().flat_map(|session| &session.lines) {
        let (tag, text) = line.split_once("]: ").unwrap();
        // These two no story has under soft_bounce; the suite's own clients have them.
        let hard = text.replace(": 450 4.5.1 ", ": 550 5.5.1 ").replace(": 450 4.7.1 ", ": 550 5.7.1 ");
        let kind = kind(&hard);
        assert!(!tag.contains("/postscreen") || known.contains(&kind), "no story has: {kind}\n{line}");
    }
}

fn kinds_in_story(file: PathBuf) -> Vec<String> {
    let name = file.display().to_string();
    let story = postscreen_scenario::parse_file(&name, &fs::read(file).unwrap()).unwrap();
    story.log.unwrap_or_default().iter().map(|text| kind(text)).collect()
}

/// What is ours in a line: all but the numbers, the addresses and what the client has said.
fn kind(text: &str) -> String {
    if let Some((ours, _)) = text.split_once(": PROXY ") {
        return ours.to_owned();
    }
    let (ours, rest) = text.split_once('[').unwrap_or((text, ""));
    let word = |word| if str::starts_with(word, |first: char| first.is_ascii_digit()) { "N" } else { word };
    let words: Vec<_> = ours.split_whitespace().map(word).collect();
    let has_reply = ["NOQUEUE: ", "reject: ", "HANGUP "].iter().any(|begin| ours.starts_with(begin));
    let behind = rest.split_once(' ').filter(|_| has_reply).map_or("", |(_, behind)| behind);
    format!("{} … {}", words.join(" "), behind.split(';').next().unwrap_or_default())
}
