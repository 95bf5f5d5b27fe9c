//! Texts that are expected.

use std::fs;
use std::path::Path;

use similar::TextDiff;

/// Compares with the file, or writes it with UPDATE=1.
pub fn check(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, found).expect("the file can be written");
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let diff = TextDiff::from_lines(expected.as_str(), found);
    let shown = diff.unified_diff().header("expected", "found").to_string();
    assert!(expected == found, "{} (UPDATE=1 writes it):\n{shown}", path.display());
}
