//! The log readers: Debian's fail2ban and pflogsumm.

use super::tally::{Failed, Tally, run_counted};
use crate::repo::Repo;
use crate::{apt, programs};

/// What a stock reader makes of the log of a screen with clients.
pub fn run(repo: &Repo) -> Result<Tally, Failed> {
    apt::ensure(&["fail2ban", "pflogsumm"], "the test with log readers")?;
    programs::build(repo)?;
    run_counted(&mut programs::command(repo, "readers-suite"))
}
