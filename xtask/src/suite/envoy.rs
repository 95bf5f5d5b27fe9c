//! The acceptance tests: a real Envoy from Python packages, unbound and rbldnsd from Debian.

use super::tally::{Failed, Tally, run_counted};
use crate::envoy::ensure_envoy;
use crate::repo::Repo;
use crate::{apt, programs};

pub fn run(repo: &Repo) -> Result<Tally, Failed> {
    apt::ensure(&["unbound", "rbldnsd"], "the Envoy suite")?;
    let envoy = ensure_envoy(repo)?;
    programs::build(repo)?;
    run_counted(programs::command(repo, "envoy-suite").arg("--envoy").arg(envoy))
}
