//! Whole configurations, each with the JSON and the warnings that it becomes, and broken ones with what is said.

use std::fmt::Write;
use std::path::Path;

use super::golden::check;
use super::{import, samples, text};

fn becomes(directory: &str, arguments: &[&str]) {
    let output = import(directory, arguments);
    let (json, warnings) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{warnings}");
    check(&samples().join(directory).join("expected.json"), &json);
    check(&samples().join(directory).join("expected.warnings"), &warnings);
}

#[test]
fn docker_mailserver() {
    becomes("docker-mailserver", &["main.cf"]);
}

#[test]
fn mailcow_with_a_copy_of_its_files() {
    becomes("mailcow", &["--root", ".", "opt/postfix/conf/main.cf"]);
}

#[test]
fn iredmail() {
    becomes("iredmail", &["main.cf"]);
}

#[test]
fn everything_else_that_is_understood_or_not() {
    becomes("mixture", &["--master-cf", "master.cf", "main.cf"]);
}

#[test]
fn lists_that_show_a_key_or_harm_their_owner() {
    becomes("keys-and-domains", &["main.cf"]);
}

#[test]
fn an_invalid_setting_is_pointed_at() {
    let directory = samples().join("broken");
    let mut names: Vec<_> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "cf"))
        .collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    let mut all = String::new();
    for name in names {
        let output = import("broken", &[&name]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(output.stdout.is_empty(), "{name}: nothing is written");
        writeln!(all, "== {name}\n{}", text(output.stderr).trim_end()).unwrap();
    }
    check(&directory.join("expected.errors"), &all);
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let output = import("broken", &["nowhere"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(output.stderr);
    assert!(said.contains("nowhere cannot be read"), "{said}");
}
