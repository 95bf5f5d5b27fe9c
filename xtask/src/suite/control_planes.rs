//! The steps about what we ship for control planes and for Prometheus.

use super::{Failed, TestCounts, run_counted};
use crate::install::{self, packages};
use crate::repo::Repo;

/// Where the suite keeps the lists of its packages.
const SUITE: &str = "tests/control-planes";
/// The oldest Envoy that works.
const OLDEST: &str = "1.37.0";

/// Manifests beside their definitions, and what control planes make of them in real Envoys.
pub fn control_planes(repo: &Repo) -> Result<TestCounts, Failed> {
    let why = "the test of control planes";
    install::debian(&["iproute2", "iptables", "unbound"], why)?;
    let [node, python] = ["node", "python"].map(|name| repo.path("target/control-planes").join(name));
    packages::npm(&node, &repo.path(SUITE).join("package.json"), why)?;
    packages::pip(&python, &repo.path(SUITE).join("requirements.txt"), why)?;
    let mut suite = repo.program("control-planes-suite");
    suite.arg("--envoy").arg(install::envoy(repo)?);
    suite.arg("--oldest-envoy").arg(install::envoy_of(repo, OLDEST)?);
    repo.build_programs()?;
    run_counted(suite.args(["schemas", "envoy-gateway", "istio"]))
}

/// Rules and dashboard, before a real Prometheus that has scraped a real Envoy.
pub fn monitoring(repo: &Repo) -> Result<TestCounts, Failed> {
    install::debian(&["iproute2", "iptables", "prometheus", "unbound"], "the test of monitoring")?;
    let mut suite = repo.program("control-planes-suite");
    suite.arg("--envoy").arg(install::envoy(repo)?);
    repo.build_programs()?;
    run_counted(suite.arg("monitoring"))
}
