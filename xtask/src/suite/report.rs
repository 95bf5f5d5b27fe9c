//! The page of `host-sim report` in a real browser: Debian's Chromium.

use super::tally::{Failed, Tally, run_counted};
use crate::repo::Repo;
use crate::{apt, programs};

/// What the browser makes of the page.
pub fn run(repo: &Repo) -> Result<Tally, Failed> {
    apt::ensure(&["chromium"], "the test of the report")?;
    programs::build(repo)?;
    run_counted(&mut programs::command(repo, "report-suite"))
}
