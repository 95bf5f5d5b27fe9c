//! Debian's stock Postfix behind every screen that we ship.

use super::hosts;
use super::parity::UNCONFIGURED;
use super::tally::{Failed, Tally, run_counted};
use crate::envoy::ensure_envoy;
use crate::repo::Repo;
use crate::{apt, programs};

/// The configurations for Envoy and `host-sim serve`, then the hosts of the component in other languages.
pub fn run(repo: &Repo) -> Result<Tally, Failed> {
    apt::ensure_with(&["postfix", "iproute2", "unbound"], &[UNCONFIGURED], "the test against open relays")?;
    let envoy = ensure_envoy(repo)?;
    programs::build(repo)?;
    let mut total = run_counted(programs::command(repo, "relay-suite").arg("--envoy").arg(envoy))?;
    for host in hosts::both(repo).map_err(|error| Failed::from(error).after(total))? {
        let mut suite = programs::command(repo, "relay-suite");
        total += run_counted(suite.arg("host").args(host)).map_err(|failed| failed.after(total))?;
    }
    Ok(total)
}
