//! One file against the rules.

use std::path::Path;

/// A Rust file with more lines does more than one job.
pub const FILE_LINES_MAX: usize = 400;

/// Characters on a line of Rust or prose. rustfmt keeps code shorter; this catches comments and strings.
pub const LINE_CHARS_MAX: usize = 120;

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

/// Everything about the file that is against the rules, one line each, as `path:line: what`.
pub fn problems(path: &str, text: &str) -> Vec<String> {
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
pub fn has_extension(path: &str, extension: &str) -> bool {
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
