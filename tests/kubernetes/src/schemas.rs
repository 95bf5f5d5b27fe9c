//! The schemas of Kubernetes itself, strictly: `kubernetes-validate`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::process::run;

/// The three newest minors.
pub const VERSIONS: [&str; 3] = ["1.35", "1.36", "1.37"];
/// Not Kubernetes' own, so it has no schema there.
const OF_OTHERS: &str = "\nkind: PodMonitor\n";

/// The checker.
#[derive(Debug)]
pub struct Schemas {
    program: PathBuf,
    folder: TempDir,
    /// Documents that have passed: most are the same in every overlay.
    passed: BTreeSet<String>,
}

// === impl Schemas ===

impl Schemas {
    /// With this program.
    pub fn new(program: &Path) -> Result<Self> {
        Ok(Self { program: program.to_owned(), folder: tempfile::tempdir()?, passed: BTreeSet::new() })
    }

    /// Checks rendered manifests against all of [`VERSIONS`].
    pub fn check(&mut self, rendered: &str) -> Result<()> {
        let documents = rendered.split("\n---\n").map(|document| format!("\n{}\n", document.trim_end()));
        let ours =
            documents.filter(|document| !document.contains(OF_OTHERS) && !self.passed.contains(document));
        let ours: Vec<_> = ours.collect();
        if ours.is_empty() {
            return Ok(());
        }
        let file = self.folder.path().join("manifests.yaml");
        fs::write(&file, ours.join("---"))?;
        let mut check = Command::new(&self.program);
        check.args(VERSIONS.iter().flat_map(|version| ["--kubernetes-version", version]));
        let said = run(check.arg("--strict").arg(&file)).context("the schemas do not take it")?;
        for version in VERSIONS {
            // For a version that it does not know, it takes an older one.
            let passed = format!("against version {version}");
            let passed = said.lines().filter(|line| line.starts_with("INFO ") && line.ends_with(&passed));
            let (passed, all) = (passed.count(), ours.len());
            ensure!(passed == all, "{passed} of {all} were checked against {version}:\n{said}");
        }
        self.passed.extend(ours);
        Ok(())
    }
}
