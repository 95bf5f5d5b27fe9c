//! Drawings, compared with the files in `tests/golden`. `UPDATE=1 cargo test timeline` writes them.

use std::fs;
use std::path::Path;

use similar::TextDiff;

use super::*;
use crate::run::record::tests::{TWO, everything, played};

#[track_caller]
fn golden(name: &str, record: &PlayRecord) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/run/timeline/tests/golden").join(name);
    let drawn = draw(record) + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let diff = TextDiff::from_lines(expected.as_str(), &drawn);
    let diff = diff.unified_diff().header(name, "now").to_string();
    assert!(diff.is_empty(), "UPDATE=1 takes this for right:\n{diff}");
    for line in drawn.lines() {
        assert!(line.chars().count() <= COLUMNS, "{line}");
    }
}

#[test]
fn two_clients_have_a_track_each() {
    golden("two.txt", &played(TWO));
}

#[test]
fn each_kind_of_event_has_a_sign_and_words() {
    golden("everything.txt", &everything());
}

#[test]
fn a_text_has_so_many_rows_and_then_it_is_cut() {
    let words = |count: usize| {
        let record = PlayRecord { lanes: Vec::new(), ..everything() };
        let columns = columns_left(&Tracks::new(&record).pass(' '));
        wrapped(&vec!["x".repeat(columns - 2); count].join(" "), columns)
    };
    for (count, cut) in [(ROWS_MAX - 1, false), (ROWS_MAX, false), (ROWS_MAX + 1, true)] {
        let rows = words(count);
        assert_eq!(rows.len(), count.min(ROWS_MAX));
        assert_eq!(rows.iter().any(|row| row.ends_with('…')), cut, "{rows:?}");
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let record = PlayRecord { left_out: 7, ..PlayRecord::default() };
    assert!(draw(&record).ends_with("… and 7 events more"));
}

#[test]
fn clients_beyond_the_last_track_have_no_track() {
    let clients = |count: usize| {
        let clients: Vec<_> = (0..count)
            .map(|number| format!("  c{number:02}: {{ from: 203.0.113.9, script: [{{ wait: 1s }}] }}"))
            .collect();
        draw(&played(&format!("about: x\nclients:\n{}\n", clients.join("\n"))))
    };
    for count in [TRACKS_MAX - 1, TRACKS_MAX, TRACKS_MAX + 1] {
        let drawn = clients(count);
        let connects = drawn.lines().filter(|line| line.contains(" connects 203."));
        let tracks = connects.filter(|line| line.contains('●')).count();
        assert_eq!(tracks, count.min(TRACKS_MAX), "{drawn}");
    }
}

#[test]
fn a_wait_has_a_row_of_its_own_when_it_is_long() {
    for (milliseconds, shown) in [(499, false), (500, true), (501, true)] {
        let story = format!(
            "about: x\nclients:\n  a: {{ from: 203.0.113.9, script: [{{ wait: {milliseconds}ms }}] }}\n"
        );
        assert_eq!(draw(&played(&story)).contains("┆  … "), shown, "{milliseconds}");
    }
}
