//! The paragraphs of `docs/deltas.md` that stories name.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

const ANCHOR_START: &str = "<a id=\"";
const ANCHOR_END: char = '"';

/// The anchors of a Markdown file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deltas(BTreeSet<String>);

// === impl Deltas ===

impl Deltas {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self::of(&text))
    }

    /// `<a id="slug"></a>`, as often as it occurs.
    pub(crate) fn of(text: &str) -> Self {
        let slugs = text.split(ANCHOR_START).skip(1).filter_map(|rest| rest.split(ANCHOR_END).next());
        Self(slugs.map(str::to_owned).collect())
    }

    pub(crate) fn contain(&self, slug: &str) -> bool {
        self.0.contains(slug)
    }
}

#[cfg(test)]
mod tests;
