//! The house rules that a program can check, so that no reader has to.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::capture;
use crate::repo::Repo;

/// Median of all Rust files, in lines.
const MEDIAN_LINES_MAX: usize = 250;

/// A Rust file with more lines does more than one job.
const FILE_LINES_MAX: usize = 400;

/// Characters on a line of Rust or prose. rustfmt keeps code shorter; this catches comments and strings.
const LINE_CHARS_MAX: usize = 120;

/// What must not stay in the tree, and why. In halves, so that this file passes.
const BANNED: [(&str, &str, &str); 15] = [
    ("TO", "DO", "unfinished work belongs in an issue"),
    ("FIX", "ME", "unfinished work belongs in an issue"),
    ("todo", "!(", "unfinished work belongs in an issue"),
    ("unimplemented", "!(", "unfinished work belongs in an issue"),
    ("#[ign", "ore", "a test that does not run proves nothing"),
    ("/wo", "rk/", "the path of one machine"),
    ("/ro", "ot/", "the path of one machine"),
    ("/ho", "me/", "the path of one machine"),
    ("crates", ".io", "the name of a registry's host"),
    ("pypi", ".org", "the name of a registry's host"),
    ("pythonhosted", ".org", "the name of a registry's host"),
    ("npmjs", ".org", "the name of a registry's host"),
    ("npmjs", ".com", "the name of a registry's host"),
    ("deb.debian", ".org", "the name of a registry's host"),
    ("static.rust-lang", ".org", "the name of a registry's host"),
];

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
        problems.extend(problems_of(path, &text));
        if has_extension(path, "rs") {
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

/// Everything about the file that is against the rules, one line each, as `path:line: what`.
fn problems_of(path: &str, text: &str) -> Vec<String> {
    // Written by cargo, which names the registry in every entry.
    if path == "Cargo.lock" {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let lines = text.lines().count();
    let rust = has_extension(path, "rs");
    if rust && lines > FILE_LINES_MAX {
        problems
            .push(format!("{path}: {lines} lines, more than {FILE_LINES_MAX}: split it where its jobs part"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        problems.push(format!("{path}: the last line has no end"));
    }
    let prose = has_extension(path, "md");
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        fenced ^= prose && line.trim_start().starts_with("```");
        let place = format!("{path}:{}", index + 1);
        for (head, tail, why) in BANNED {
            let word = [head, tail].concat();
            if has_word(line, &word) {
                problems.push(format!("{place}: {word}: {why}"));
            }
        }
        let chars = line.chars().count();
        let table = line.trim_start().starts_with('|');
        if chars > LINE_CHARS_MAX && (rust || (prose && !fenced && !table)) {
            problems.push(format!("{place}: {chars} characters, more than {LINE_CHARS_MAX}"));
        }
        if line.ends_with([' ', '\t']) {
            problems.push(format!("{place}: blank at the end of the line"));
        }
    }
    problems
}

/// True when the path ends in `.extension`.
fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// True when the line has the word, and not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back().is_some_and(joins);
        let after = line[start + word.len()..].chars().next().is_some_and(joins);
        let opens = word.starts_with(joins);
        let closes = word.ends_with(joins);
        !(opens && before || closes && after)
    })
}

#[cfg(test)]
mod tests;
