//! The simulator stops a component that goes beyond its limits, and says so; and it changes a configuration.

use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use component_host::{Component, ComponentHost, ScreenError};
use envoy_sim::{Driven, Limits, Now};

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

/// Clients come under one configuration and then under the next.
pub fn reconfigure(path: &str) -> Result<()> {
    let (now, server) = (Now::default(), "198.51.100.25:25".parse()?);
    let mut host = start(path, Limits::default())??;
    host.accept("203.0.113.1:1".parse()?, server, None, now);
    let deadline = host.next_deadline().context("it does not wait")?;
    host.reconfigure(br#"{"access_list": ["reject"], "denylist_action": "drop"}"#, now)?;
    host.accept("203.0.113.2:1".parse()?, server, None, now);
    ensure!(host.open_connections() == 1, "{} clients are open", host.open_connections());
    ensure!(host.next_deadline() == Some(deadline), "the first client's wait has changed");
    let refused = host.reconfigure(br#"{"greet_wait": 2}"#, now).err().context("it is accepted")?;
    ensure!(refused.to_string().starts_with("greet_wait: "), "{refused}");
    Ok(())
}
