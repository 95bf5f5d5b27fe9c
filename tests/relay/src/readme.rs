//! What the README tells people to write down: taken from its text, so that the page is tested.

use anyhow::{Context as _, Result};

const README: &str = include_str!("../../../README.md");

/// The lines for Postfix's master.cf.
pub fn postfix() -> Result<&'static str> {
    block_with("smtpd_upstream_proxy_protocol")
}

/// The lines for unbound.
pub fn unbound() -> Result<&'static str> {
    block_with("https-port")
}

/// The first fenced block that contains `word`.
fn block_with(word: &str) -> Result<&'static str> {
    let fenced = README.split("\n```").skip(1).step_by(2);
    let mut blocks = fenced.filter_map(|block| Some(block.split_once('\n')?.1));
    blocks.find(|block| block.contains(word)).with_context(|| format!("README.md has no block with {word}"))
}

#[cfg(test)]
mod tests;
