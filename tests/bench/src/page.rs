//! A page with the table in it, between two comments.

use anyhow::{Context as _, Result};

const BEGIN: &str = "<!-- bench -->\n";
const END: &str = "<!-- end of bench -->";

/// The page with another table.
pub(crate) fn with_table(page: &str, table: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).with_context(|| format!("the page has no line {BEGIN:?}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("the page has no line {END:?}"))?;
    Ok(format!("{before}{BEGIN}{table}{END}{after}"))
}

#[cfg(test)]
mod tests;
