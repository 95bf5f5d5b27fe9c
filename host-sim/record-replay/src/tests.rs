//! The table, JSON, the page and one client, compared with the files in `tests/golden`. `UPDATE=1 cargo test -p
//! record-replay` writes them.

use crate::sample::{compared, outcome, records};
use crate::{client, json, page, text};
use similar::TextDiff;
use std::fs;
use std::path::Path;

#[test]
fn text_json_and_page_are_as_they_were() {
    for (name, is_replay) in [("records", false), ("replay", true)] {
        let (comparison, reading) = compared(is_replay);
        golden(&format!("{name}.txt"), &text::text(&comparison, &reading));
        golden(&format!("{name}.json"), &format!("{:#}\n", json::json(&comparison, &reading)));
        golden(&format!("{name}.html"), &page::page(&comparison, &reading));
    }
}

#[test]
fn every_client_is_shown_whole() {
    let shown: Vec<_> =
        records().iter().map(|record| client::client(record, Some(&outcome(record)))).collect();
    golden("clients.txt", &shown.join("\n----\n\n"));
}

#[test]
fn nothing_of_a_record_becomes_markup() {
    for is_replay in [false, true] {
        let (comparison, reading) = compared(is_replay);
        let page = page::page(&comparison, &reading);
        for text in ["<script", "<img", "</main><b>", "<y>", "<i>"] {
            assert!(!page.contains(text), "{text}");
        }
    }
    let (comparison, reading) = compared(true);
    let page = page::page(&comparison, &reading);
    for text in [
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&lt;/main&gt;&lt;b&gt;@example.org",
        "new&lt;i&gt;.example",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn json_has_what_the_help_says() {
    let (comparison, reading) = compared(true);
    let json = json::json(&comparison, &reading);
    let word = |text: &str, word: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|other| other == word)
    };
    let mut todo = vec![&json];
    while let Some(value) = todo.pop() {
        todo.extend(value.as_array().into_iter().flatten());
        for (name, value) in value.as_object().into_iter().flatten() {
            assert!(word(json::HELP, name), "{name} is not in the help");
            todo.push(value);
        }
    }
}

fn golden(name: &str, found: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/golden").join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, found).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    let diff = TextDiff::from_lines(&expected, found).unified_diff().to_string();
    assert!(diff.is_empty(), "{name}: UPDATE=1 takes this for right:\n{diff}");
}
