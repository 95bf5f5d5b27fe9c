//! deploy/presets: each is what its source becomes.

use std::fmt::Write;
use std::fs;

use postfix_import::parameters::{Fate, all};
use postscreen_engine::Policy;
use serde_json::{Value, json};

use super::golden::check;
use super::{import, samples, text, tree};

/// The list that closed in June 2024, which docker-mailserver still asks.
const DEAD_LIST: &str = "dnsbl.sorbs.net";
/// Its filter of dnswl.org takes 127.0.10.3, the answer of somebody who asks too much (docs/lists.md).
const DNSWL: [&str; 2] = ["list.dnswl.org=127.0.[0..255]", "list.dnswl.org=127.0.[2..9;11..15]"];
/// Where failed clients are dropped, none of them comes as far as this test, which is off.
const IDLE_WHERE_DROPPED: &str = "postscreen_bare_newline_action";
/// The names of the machine that the sample stands for; whoever loads a preset has others.
const OF_THE_SAMPLE: [&str; 1] = ["myhostname"];

#[test]
fn postfix_defaults_are_what_postfix_s_own_defaults_become() {
    // Each parameter that is a field, set to its default.
    let main = all().fold(String::new(), |mut main, parameter| {
        if let (Fate::Field { .. }, Some(default)) = (&parameter.fate, parameter.default) {
            writeln!(main, "{} = {default}", parameter.name).unwrap();
        }
        main
    });
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("main.cf");
    fs::write(&file, format!("compatibility_level = 3.6\n{main}")).unwrap();
    let output = import("", &[file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(output.stderr));
    check(&tree("deploy/presets/postfix-defaults.json"), &text(output.stdout));
}

#[test]
fn docker_mailserver_is_its_sample_without_the_dead_list_and_the_false_trust() {
    for (action, file) in [
        ("enforce", "docker-mailserver.json"),
        ("drop", "docker-mailserver-drop.json"),
        ("ignore", "docker-mailserver-ignore.json"),
    ] {
        // What docker-mailserver's start-up script does with POSTSCREEN_ACTION.
        let main = fs::read_to_string(samples().join("docker-mailserver/main.cf")).unwrap();
        let main =
            main.replace("_action = enforce", &format!("_action = {action}")).replace(DNSWL[0], DNSWL[1]);
        let leave_out = |line: &&str| {
            let name = line.split('=').next().unwrap_or_default().trim();
            let idle = name == IDLE_WHERE_DROPPED && action == "drop";
            !OF_THE_SAMPLE.contains(&name) && line.trim() != DEAD_LIST && !idle
        };
        let main: String = main.lines().filter(leave_out).map(|line| line.to_owned() + "\n").collect();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("main.cf");
        fs::write(&path, main).unwrap();
        let output = import("", &[path.to_str().unwrap()]);
        assert!(output.status.success(), "{}", text(output.stderr));
        check(&tree("deploy/presets").join(file), &text(output.stdout));
    }
}

#[test]
fn the_dead_list_and_the_false_trust_are_all_that_the_preset_leaves_out() {
    let output = import("docker-mailserver", &["main.cf"]);
    let sample = text(output.stdout);
    assert_eq!(sample.matches(DNSWL[0]).count(), 3);
    let mut sample: Value = serde_json::from_str(&sample.replace(DNSWL[0], DNSWL[1])).unwrap();
    let preset = fs::read_to_string(tree("deploy/presets/docker-mailserver.json")).unwrap();
    let preset: Value = serde_json::from_str(&preset).unwrap();
    let sites = sample["dnsbl_sites"].as_array_mut().unwrap();
    let before = sites.len();
    sites.retain(|site| *site != json!(DEAD_LIST));
    assert_eq!(sites.len(), before - 1);
    for name in OF_THE_SAMPLE {
        sample.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(sample, preset);
}

#[test]
fn every_preset_is_valid() {
    let mut number = 0;
    for entry in fs::read_dir(tree("deploy/presets")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let preset = fs::read(&path).unwrap();
            assert!(Policy::parse(&preset).is_ok(), "{}: {:?}", path.display(), Policy::parse(&preset).err());
            number += 1;
        }
    }
    assert_eq!(number, 4);
}
