//! How the command ends. What it shows is the business of `record-replay`.

use clap::FromArgMatches;
use std::fs;

use super::*;

const RECORDS: &str = include_str!("../../../record-replay/src/sample/records.jsonl");

/// Runs the command on a log with these words, in a folder that has the files.
fn status(files: &[(&str, &str)], words: &str) -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let is_file = |word: &&str| word.contains('.');
    let path = |word: &str| folder.path().join(word).display().to_string();
    let words = words.split(' ').map(|word| if is_file(&word) { path(word) } else { word.to_owned() });
    let command = ReplayArgs::augment_args(clap::Command::new("replay").no_binary_name(true));
    let args = ReplayArgs::from_arg_matches(&command.try_get_matches_from(words).unwrap()).unwrap();
    main(&args)
}

#[test]
fn the_status_tells_whether_anybody_fares_otherwise() {
    let damaged = format!("{RECORDS}{{\"postscreen_record\":1,\n");
    let files = [
        ("log.txt", RECORDS),
        ("damaged.txt", &damaged),
        ("nothing.txt", "CONNECT from [203.0.113.9]:48543 to [198.51.100.1]:25\n"),
        (
            "deny.json",
            r#"{"access_list": [{"cidr": "0.0.0.0/0", "action": "reject"}], "denylist_action": "drop"}"#,
        ),
        ("bad.json", r#"{"greet_wait": "6x"}"#),
    ];
    for (words, expected) in [
        ("log.txt", 0),
        // What is wrong with a record is told, and no reason to stop.
        ("damaged.txt", 0),
        ("nothing.txt", 2),
        ("log.txt missing.txt", 2),
        ("log.txt --config bad.json", 2),
        ("log.txt --config missing.json", 2),
        ("log.txt --html missing/page.html", 2),
        ("log.txt --config deny.json", 1),
        ("log.txt --reference 7h3k9qtx2m", 0),
        ("log.txt --reference 7H3K9QTX2M --config deny.json", 0),
        ("log.txt --reference 0000000000", 1),
        ("log.txt missing.txt --reference 0000000000", 2),
    ] {
        assert_eq!(status(&files, words), ExitCode::from(expected), "{words}");
    }
}

#[test]
fn a_word_that_is_no_reference_is_a_mistake_of_the_command_line() {
    for (word, good) in
        [("7H3K9QTX2M", true), ("7h3k9-qtx2m", true), ("7H3K9QTX2", false), ("7H3K9QTX2U", false)]
    {
        assert_eq!(reference_number(word).is_ok(), good, "{word}");
    }
}

#[test]
fn the_help_has_an_example_for_each_source() {
    for words in ["kubectl logs", ".gz", "--json", "--reference", "Exit status"] {
        assert!(HELP.contains(words), "{words}");
    }
    for line in HELP.lines().chain(json::HELP.lines()) {
        assert!(line.chars().count() <= 120, "{line}");
    }
}
