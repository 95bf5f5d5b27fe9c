//! The simulator stops a component that goes beyond its limits, and says so.

use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use host_sim::{Component, ComponentHost, Limits, ScreenError};

/// A configuration whose reading takes a while.
const POLICY: &[u8] = br#"{"dnsbl_sites": ["a.test=127.0.0.[2..11]*3", "b.test"], "greet_wait": "2s"}"#;

/// One page of memory, in bytes.
const PAGE: usize = 64 * 1024;

fn start(path: &str, limits: Limits) -> Result<Result<ComponentHost, ScreenError>> {
    let component = Component::from_file(Path::new(path))?;
    Ok(ComponentHost::start(&component, POLICY, NonZeroUsize::MIN, limits))
}

/// Why it did not start, which must be the component's failure.
fn failure(started: Result<ComponentHost, ScreenError>) -> Result<String> {
    match started.err().context("it starts all the same")? {
        ScreenError::Failed(fault) => Ok(fault.to_string()),
        other => anyhow::bail!("another reason: {other}"),
    }
}

/// Fuel that suffices, and too little of it.
pub fn fuel(path: &str) -> Result<()> {
    let limits = |fuel| Limits { fuel: Some(fuel), ..Limits::default() };
    start(path, limits(1_000_000_000))??;
    let reason = failure(start(path, limits(1_000))?)?;
    ensure!(reason.contains("fuel"), "{reason}");
    Ok(())
}

/// Memory that suffices, and a byte less than the least that does.
pub fn memory(path: &str) -> Result<()> {
    let limits = |memory_bytes| Limits { memory_bytes, ..Limits::default() };
    let suffices = |pages: &usize| start(path, limits(pages * PAGE)).is_ok_and(|started| started.is_ok());
    let least = (1..=1024).find(suffices).context("64 MiB do not suffice")?;
    let reason = failure(start(path, limits(least * PAGE - 1))?)?;
    ensure!(reason.contains("memory") || reason.contains("unreachable"), "{reason}");
    Ok(())
}
