//! Crates use each other as docs/architecture.md says, and never against the arrows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A row of the page's table.
struct Row {
    krate: String,
    folder: String,
    uses: BTreeSet<String>,
}

/// The table of the page, from the top of the house to its ground.
fn table(page: &str) -> Vec<Row> {
    let (_, rest) = page.split_once("<!-- crates -->\n").expect("the table has a first mark");
    let (table, _) = rest.split_once("<!-- end of crates -->").expect("the table has a last mark");
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').collect();
        let [krate, folder, uses, rule] = cells[..] else { panic!("a row has four cells: {line}") };
        assert!(!rule.trim().is_empty(), "a crate has a rule: {line}");
        let one = |cell| names(cell).into_iter().next().unwrap_or_else(|| panic!("a name in {line}"));
        Row { krate: one(krate), folder: one(folder), uses: names(uses).into_iter().collect() }
    };
    table.lines().skip(2).map(row).collect()
}

/// The members of the workspace with those that each uses, by the kinds of dependencies in `edges`.
fn uses(edges: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args([
        "tree",
        "--offline",
        "--workspace",
        "--depth",
        "1",
        "--prefix",
        "depth",
        "--no-dedupe",
    ]);
    cargo.args(["--edges", edges]);
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut uses, mut krate) = (BTreeMap::<String, BTreeSet<String>>::new(), String::new());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        // Members have the path of their folder behind the version; crates from a registry have none.
        let Some((name, _)) = line.split_once(' ').filter(|(_, rest)| rest.contains(" (/")) else { continue };
        let (depth, name) = name.split_at(1);
        if depth == "0" {
            name.clone_into(&mut krate);
            uses.entry(krate.clone()).or_default();
        } else {
            uses.entry(krate.clone()).or_default().insert(name.to_owned());
        }
    }
    uses
}

#[test]
fn the_page_says_what_each_crate_uses() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).expect("the page is there");
    let (rows, found) = (table(&page), uses("normal,build"));
    for Row { krate, folder, uses } in &rows {
        assert!(root().join(folder).join("Cargo.toml").exists(), "{krate} is in {folder}");
        assert_eq!(found.get(krate), Some(uses), "{krate}");
    }
    // The house is whole: whatever is no test, and whatever the house uses, has a row.
    let listed: BTreeSet<_> = rows.iter().map(|row| &row.krate).collect();
    let used = rows.iter().flat_map(|row| &row.uses).filter(|used| !listed.contains(used));
    assert_eq!(used.collect::<Vec<_>>(), Vec::<&String>::new());
    for folder in ["host-sim", "plugin"] {
        for entry in fs::read_dir(root().join(folder)).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            let crates = rows.iter().filter(|row| path.ends_with(&row.folder)).count();
            assert!(!path.join("Cargo.toml").exists() || crates == 1, "{} has no row", path.display());
        }
    }
}

#[test]
fn no_arrow_points_back() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).expect("the page is there");
    let rows = table(&page);
    let floor: BTreeMap<_, _> = rows.iter().enumerate().map(|(index, row)| (&row.krate, index)).collect();
    for (krate, uses) in uses("normal,build") {
        for used in uses {
            match (floor.get(&krate), floor.get(&used)) {
                (Some(above), Some(below)) => assert!(above < below, "{krate} uses {used}"),
                (Some(_), None) => panic!("{krate} uses {used}, which stands outside of the house"),
                (None, _) => {}
            }
        }
    }
}

#[test]
fn the_page_names_files_that_exist() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).expect("the page is there");
    let paths = page.split('`').skip(1).step_by(2).filter(|code| code.contains('/') && !code.contains(' '));
    let missing: Vec<_> = paths.filter(|path| !path.contains('*') && !root().join(path).exists()).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
