//! Each comparison as people and programs get it, compared with the files in `tests/golden`. `UPDATE=1 cargo test -p
//! host-sim diff` writes them.

use std::fs;
use std::path::PathBuf;

use postscreen_engine::Policy;
use similar::TextDiff;

use super::*;

fn here(name: &str) -> PathBuf {
    PathBuf::from(format!("{}/src/diff/tests/{name}", env!("CARGO_MANIFEST_DIR")))
}

/// Files in `tests`, without the place where they are.
fn compared<'a>(old: &'a str, new: &'a str) -> Compared<'a> {
    let (was, is) = both(&here(old), &here(new)).unwrap_or_else(|problems| panic!("{problems:?}"));
    Compared { old, new, differences: differences(&was.policy, &is.policy) }
}

#[track_caller]
fn compare(file: &str, actual: &str) {
    let path = here("golden").join(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let diff = TextDiff::from_lines(expected.as_str(), actual);
    let diff = diff.unified_diff().header(file, "now").to_string();
    assert!(diff.is_empty(), "UPDATE=1 takes this for right:\n{diff}");
}

/// Compares two policies as text and as JSON.
#[track_caller]
fn golden(name: &str, old: &str, new: &str) {
    let compared = compared(old, new);
    compare(&format!("{name}.txt"), &compared.text());
    compare(&format!("{name}.json"), &format!("{:#}\n", compared.json()));
}

#[test]
fn from_the_first_day_to_the_last() {
    golden("first-week", "first-day.json", "last-day.json");
}

#[test]
fn everything_at_once() {
    golden("everything", "first-day.json", "everything.json");
}

#[test]
fn the_same_in_other_words() {
    golden("none", "first-day.json", "first-day-written-out.json");
}

#[test]
fn long_lines_are_wrapped_and_values_are_not_cut() {
    let banner = "x".repeat(150);
    let with = |banner: &str| Policy::parse(format!(r#"{{"smtpd_banner": "{banner}"}}"#).as_bytes()).unwrap();
    let compared = Compared { old: "a", new: "b", differences: differences(&with("hi"), &with(&banner)) };
    let text = compared.text();
    assert!(text.lines().all(|line| line.len() <= WIDTH || line.contains(&banner)), "{text}");
    assert_eq!(text.matches(&banner).count(), 2, "{text}");
}

#[test]
fn the_problems_of_both_files_are_told() {
    let problems = both(&here("broken.json"), &here("missing.json")).err().unwrap();
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let [wait, site, missing] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((wait.as_str(), site.as_str()), ("greet_wait is not valid", "dnsbl_sites[1] is not valid"));
    assert!(missing.starts_with("cannot read "), "{missing}");
}

#[test]
fn standard_input_is_read_once() {
    let problems = both(Path::new("-"), Path::new("-")).err().unwrap();
    assert!(problems[0].to_string().contains("one of the two only"), "{problems:?}");
}

#[test]
fn every_json_field_and_topic_is_in_the_help() {
    let json = compared("first-day.json", "everything.json").json();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let topics = Topic::ALL.map(|topic| topic.as_str().to_owned());
    for name in [names(&json), names(&json["differences"][0]), topics.to_vec()].concat() {
        assert!(HELP.contains(&name), "{name} is not in the help");
    }
}
