//! The images of `cargo xtask image`, read, unpacked and run by others.

use anyhow::Result;

use super::{Failed, TestCounts, run_counted};
use crate::repo::Repo;
use crate::{image, install};

/// Writes the module's image twice, and one with the suite's own build of host-sim: the one that is shipped takes ten
/// minutes to compile, and differs in nothing else.
pub fn run(repo: &Repo) -> Result<TestCounts, Failed> {
    install::debian(&["skopeo", "umoci", "runc", "iproute2"], "the test of the images")?;
    repo.build_program("host-sim")?;
    repo.build_program("image-suite")?;
    let [module, again, host_sim] =
        ["module", "again", "host-sim"].map(|name| repo.path("target/image/test").join(name));
    image::write_module(repo, &module)?;
    image::write_module(repo, &again)?;
    image::write_host_sim(repo, &repo.program_path("host-sim"), &host_sim)?;
    let mut suite = repo.program("image-suite");
    suite.arg("--image").arg(module).arg("--again").arg(again).arg("--host-sim").arg(host_sim);
    run_counted(&mut suite)
}
