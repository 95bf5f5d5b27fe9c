//! Files with a mistake, and what is said of them: `tests/mistakes/NAME.yaml` and `NAME.txt`.
//!
//! `BLESS=1 cargo test -p postscreen-scenario --test mistakes` writes the texts anew; read them before you keep them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use postscreen_scenario::{FILE_BYTES_MAX, Mistake, parse_file};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

/// The names of the files with this extension, without it.
fn names(extension: &str) -> BTreeSet<String> {
    let paths = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let chosen = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    chosen.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn mistake(name: &str) -> Mistake {
    let bytes = fs::read(folder().join(name).with_extension("yaml")).unwrap();
    match parse_file(&format!("{name}.yaml"), &bytes) {
        Err(mistake) => mistake,
        Ok(_) => panic!("{name}.yaml has no mistake"),
    }
}

#[test]
fn every_mistake_is_told_as_it_should_be() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for name in names("yaml") {
        let report = mistake(&name).report(false) + "\n";
        let text = folder().join(&name).with_extension("txt");
        if bless {
            fs::write(&text, &report).unwrap();
        }
        let expected = fs::read_to_string(&text).unwrap_or_default();
        if report != expected {
            wrong.push(format!("{name}.yaml, expected:\n{expected}\nseen:\n{report}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(names("yaml"), names("txt"), "every story has its text, and every text its story");
}

#[test]
fn every_mistake_has_a_place_and_says_what_was_expected() {
    // These concern the file as a whole.
    let whole = BTreeSet::from(["empty", "only-comments"].map(str::to_owned));
    for name in names("yaml") {
        let mistake = mistake(&name);
        let placed = mistake.line > 0 && mistake.column > 0;
        assert_eq!(placed, !whole.contains(&name), "{mistake}");
        assert!(mistake.message.contains("expected"), "{mistake}");
    }
}

#[test]
fn a_file_of_256_kib_is_read_and_a_longer_one_is_not() {
    let story = "about: x\nclients: { a: { from: 203.0.113.9, script: [] } }\n#";
    for (len, is_read) in [(FILE_BYTES_MAX - 1, true), (FILE_BYTES_MAX, true), (FILE_BYTES_MAX + 1, false)] {
        let mut bytes = story.as_bytes().to_vec();
        bytes.resize(len, b'x');
        let read = parse_file("s", &bytes);
        assert_eq!(read.is_ok(), is_read, "{len}");
        if let Err(mistake) = read {
            assert_eq!(mistake.message, "the file has 262145 bytes: expected at most 262144");
        }
    }
}
