//! The house rules that a program can check, so that no reader has to.

mod rules;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::capture;
use crate::repo::Repo;

/// Median of all Rust files, in lines.
const MEDIAN_LINES_MAX: usize = 250;

/// Checks every file that git knows or would add.
pub fn check(repo: &Repo) -> Result<()> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let paths = capture(Command::new("git").current_dir(repo.root()).args(list))
        .context("the house rules are checked on the files that git lists")?;
    let mut problems = Vec::new();
    let mut sizes = Vec::new();
    for path in paths.lines() {
        // A file that is deleted but not yet committed is still listed; bytes that are no text have no lines.
        let Ok(text) = fs::read_to_string(repo.path(path)) else { continue };
        problems.extend(rules::problems(path, &text));
        if rules::has_extension(path, "rs") {
            sizes.push((text.lines().count(), path));
        }
    }
    sizes.sort_unstable();
    if let (Some((median, _)), Some((longest, path))) = (sizes.get(sizes.len() / 2), sizes.last()) {
        println!("    {} Rust files: median {median} lines, longest {longest} ({path})", sizes.len());
        if *median > MEDIAN_LINES_MAX {
            problems.push(format!("the median Rust file has {median} lines, more than {MEDIAN_LINES_MAX}"));
        }
    }
    if !problems.is_empty() {
        bail!("{} against the house rules:\n{}", problems.len(), problems.join("\n"));
    }
    Ok(())
}
