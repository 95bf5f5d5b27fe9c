//! `component-encoder CORE COMPONENT`: run by `cargo xtask wasm`, apart from it because its crates take minutes to
//! compile.

use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use wit_component::ComponentEncoder;

fn main() -> Result<()> {
    let [_, core, component] = env::args().collect::<Vec<_>>().try_into().or_else(|arguments: Vec<_>| {
        bail!("{} arguments: expected the core module and the component to write", arguments.len() - 1)
    })?;
    let bytes = fs::read(&core).with_context(|| format!("cannot read {core}"))?;
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode())
        .with_context(|| format!("{core} does not fit wit/screen.wit"))?;
    // The same bytes keep the same modification time: what was compiled from them elsewhere stays valid.
    if fs::read(&component).ok().as_deref() != Some(&encoded) {
        fs::write(&component, &encoded).with_context(|| format!("cannot write {component}"))?;
    }
    println!("    {component}: {} bytes", encoded.len());
    Ok(())
}
