//! Everything real at once: what the suite needs.

use std::process::Command;

use anyhow::Result;

use super::comparisons::UNCONFIGURED;
use super::{Failed, TestCounts, run_counted};
use crate::install::unpacked::UnpackedPackages;
use crate::install::{self, packages};
use crate::repo::Repo;
use crate::{process, wasm};

const WHY: &str = "the run of everything at once";
/// What Debian has, and installs beside each other.
const PACKAGES: [&str; 10] = [
    "postfix",
    "iproute2",
    "unbound",
    "rbldnsd",
    "prometheus",
    "fail2ban",
    "iptables",
    "msmtp",
    "swaks",
    "python3",
];
/// Mail servers that conflict with Postfix.
const EXIM: UnpackedPackages = UnpackedPackages {
    packages: &["exim4-daemon-light"],
    libraries: &[
        "libdb5.3",
        "libgnutls-dane0",
        "libgnutls30",
        "libidn12",
        "libidn2-0",
        "libnsl2",
        "libpcre2-8-0",
    ],
};
const OPENSMTPD: UnpackedPackages = UnpackedPackages {
    packages: &["opensmtpd"],
    libraries: &["libdb5.3", "libevent-2.1-7", "libpam0g", "libssl3"],
};
/// A library of Node.js.
const NODEMAILER: &str = "tests/e2e/package.json";

/// The step.
pub fn run(repo: &Repo) -> Result<TestCounts, Failed> {
    run_counted(&mut suite(repo)?)
}

/// The task of its own: what the arguments say.
pub fn task(repo: &Repo, arguments: &[String]) -> Result<()> {
    wasm::build_module(repo)?;
    process::run(suite(repo)?.args(arguments))
}

/// Programs from Debian, installed or unpacked, a library from npm, and Envoy.
fn suite(repo: &Repo) -> Result<Command> {
    install::debian_answering(&PACKAGES, &[UNCONFIGURED], WHY)?;
    let path = |name: &str| repo.path("target/e2e").join(name);
    let (exim, opensmtpd, node) = (path("root-exim"), path("root-opensmtpd"), path("node"));
    EXIM.unpack(&exim, WHY)?;
    OPENSMTPD.unpack(&opensmtpd, WHY)?;
    packages::npm(&node, &repo.path(NODEMAILER), WHY)?;
    let envoy = install::envoy(repo)?;
    repo.build_program("e2e-suite")?;
    let mut suite = repo.program("e2e-suite");
    suite.arg("--exim").arg(exim).arg("--opensmtpd").arg(opensmtpd).arg("--nodemailer").arg(node);
    suite.arg("--envoy").arg(envoy);
    Ok(suite)
}
