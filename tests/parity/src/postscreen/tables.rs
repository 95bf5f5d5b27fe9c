//! Lookup tables that parameters refer to.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use super::place::Place;

/// Where the tables of one story are written.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    place: Place,
}

// === impl Folder ===

impl Folder {
    pub(crate) fn new(path: PathBuf, place: Place) -> Self {
        Self { path, place }
    }

    /// Writes a table, one entry per line, and says how a parameter names it: `cidr:FILE`.
    pub(crate) fn write(&self, kind: &str, what: &str, entries: &[(String, String)]) -> Result<String> {
        let mut text = String::new();
        for (key, value) in entries {
            let plain = |text: &str| !text.contains(['\n', '\r']) && !text.starts_with('#');
            ensure!(
                plain(key) && plain(value) && !key.contains(' '),
                "`{key} {value}` cannot stand in a table of Postfix"
            );
            let _ = writeln!(text, "{key} {value}");
        }
        let file = self.path.join(self.place.table(what));
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(format!("{kind}:{}", file.display()))
    }
}
