use std::fs;

use postscreen_scenario::parse;

use super::{Stories, failed_lookup, questions_depend_on_workers, stress};

const SHORT: &str =
    "about: A client comes and goes.\npolicy: {}\nclients:\n  a: { from: 203.0.113.9, script: [close] }\n";
const LONG: &str =
    "about: A client stays.\npolicy: {}\nclients:\n  a: { from: 203.0.113.9, script: [{wait: 1d}, close] }\n";

fn names(stories: &Stories) -> Vec<&str> {
    stories.names().collect()
}

#[test]
fn stories_are_found_in_folders_and_named_after_their_files() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("greet")).unwrap();
    fs::write(directory.path().join("greet/b.yaml"), SHORT).unwrap();
    fs::write(directory.path().join("a.yaml"), SHORT).unwrap();
    fs::write(directory.path().join("README.md"), "no story").unwrap();
    assert_eq!(
        names(&Stories::read(directory.path(), |_| true).unwrap()),
        ["scenario a", "scenario greet/b"]
    );
    assert_eq!(
        names(&Stories::read(directory.path(), |name| name.contains("greet")).unwrap()),
        ["scenario greet/b"]
    );
}

#[test]
fn a_story_of_a_day_is_left_to_virtual_time() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.yaml"), LONG).unwrap();
    let stories = Stories::read(directory.path(), |_| true).unwrap();
    assert!(names(&stories).is_empty());
    assert_eq!(stories.too_long, ["scenario a"]);
}

#[test]
fn a_story_for_other_hosts_is_left_out() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.yaml"), format!("hosts: [native, postscreen]\n{SHORT}")).unwrap();
    let stories = Stories::read(directory.path(), |_| true).unwrap();
    assert!(names(&stories).is_empty());
    let why = "is for other hosts, as its `hosts` say";
    assert_eq!(stories.elsewhere, [("scenario a".to_owned(), why.to_owned())]);
}

#[test]
fn a_folder_without_stories_and_a_file_that_is_none_are_errors() {
    let directory = tempfile::tempdir().unwrap();
    assert!(Stories::read(directory.path(), |_| true).is_err());
    fs::write(directory.path().join("a.yaml"), "about: 1: 2").unwrap();
    assert!(Stories::read(directory.path(), |_| true).unwrap_err().to_string().contains("a.yaml:1:"));
}

#[test]
fn a_failed_lookup_is_known_by_its_list() {
    let line =
        "warning: dnsblog_query: lookup error for 203.0.113.4 at bl.test by resolver resolver: SERVFAIL";
    let kind = "warning: dnsblog_query: lookup error at bl.test by resolver resolver";
    assert_eq!(failed_lookup(line).as_deref(), Some(kind));
    assert_eq!(failed_lookup("CONNECT from [203.0.113.4]:40001 to [198.51.100.25]:25"), None);
}

#[test]
fn questions_depend_on_workers_where_an_address_comes_twice_to_any_of_them() {
    let depends = |clients: &str| {
        let story = format!("about: They come.\npolicy: {{}}\nclients:\n{clients}");
        questions_depend_on_workers(&parse("story.yaml", &story).unwrap())
    };
    let client = |name, end, more| format!("  {name}: {{ from: 203.0.113.{end}, script: [close]{more} }}\n");
    let first = client("a", 1, "");
    assert!(!depends(&first));
    assert!(!depends(&[first.clone(), client("b", 2, "")].concat()));
    assert!(depends(&[first.clone(), client("b", 1, "")].concat()));
    assert!(depends(&[first, client("b", 1, ", worker: 0")].concat()));
    assert!(!depends(&[client("a", 1, ", worker: 0"), client("b", 1, ", worker: 0")].concat()));
}

#[test]
fn a_line_about_stress_is_known_without_its_number() {
    for (line, kind) in [
        ("entering STRESS mode with 9 connections", Some("entering STRESS mode")),
        ("leaving STRESS mode with 7 connections", Some("leaving STRESS mode")),
        ("leaving STRESS mode with 7", None),
        ("PASS NEW [203.0.113.9]:PORT", None),
    ] {
        assert_eq!(stress(line).as_deref(), kind, "{line}");
    }
}
