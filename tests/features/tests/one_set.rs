//! What `cargo xtask demo` compiles, `cargo test` does not compile a second time.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The features of every crate that is compiled for the default members, by name and version.
///
/// A crate can have more than one set: build scripts and macros have theirs apart from the programs.
fn features(edges: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).arg("tree");
    cargo.args(["--offline", "--edges", edges, "--prefix", "none", "--no-dedupe", "--format", "{p}|{f}"]);
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut features = BTreeMap::<_, BTreeSet<_>>::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some((name, set)) = line.split_once('|') {
            features.entry(name.to_owned()).or_default().insert(set.to_owned());
        }
    }
    features
}

#[test]
fn tests_ask_for_no_feature_that_programs_do_not_ask_for() {
    let programs = features("normal,build");
    let tests = features("normal,build,dev");
    assert!(programs.keys().any(|name| name.starts_with("wasmtime v")), "{programs:?}");
    let differ: Vec<_> = programs.iter().filter(|(name, sets)| tests.get(*name) != Some(sets)).collect();
    assert!(
        differ.is_empty(),
        "these are compiled twice, with what stands on them; name their features in tests/features/Cargo.toml:\n{}",
        differ
            .iter()
            .map(|(name, sets)| format!("{name}\n  programs: {sets:?}\n  tests:    {:?}", tests.get(*name)))
            .collect::<Vec<_>>()
            .join("\n")
    );
}
