//! Whole configurations as people write them, each with all that the importer says about it: `UPDATE=1` writes it.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use miette::{GraphicalReportHandler, GraphicalTheme};
use postfix_import::{Imported, Source, import};
use similar::TextDiff;

/// What people see of it: warnings, then what is not valid, or the policy.
fn shown(imported: &Imported) -> String {
    let mut shown = String::new();
    for warning in &imported.warnings {
        writeln!(shown, "{warning}").unwrap();
    }
    match &imported.json {
        Ok(json) => shown += json,
        Err(problems) => {
            let handler =
                GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
            for problem in problems {
                handler.render_report(&mut shown, problem.as_ref()).unwrap();
            }
        }
    }
    // No line of an expected text ends with a blank.
    shown.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn every_case_is_told_as_it_should_be() {
    // So that names of files are short in what is said.
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")).unwrap();
    let mut cases: Vec<_> = fs::read_dir(".").unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    assert!(cases.len() > 10, "{cases:?}");
    for case in cases {
        let case = case.strip_prefix(".").unwrap_or(&case);
        let master_cf = Some(case.join("master.cf")).filter(|path| path.exists());
        let imported = import(&Source { main_cf: case.join("main.cf"), master_cf, root: None });
        check(&case.join("expected.txt"), &shown(&imported));
    }
}

/// Compares with the file, or writes it with UPDATE=1.
fn check(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, found).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let diff = TextDiff::from_lines(expected.as_str(), found);
    let shown = diff.unified_diff().header("expected", "found").to_string();
    assert!(expected == found, "{} (UPDATE=1 writes it):\n{shown}", path.display());
}
