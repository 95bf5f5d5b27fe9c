//! What deploy/fail2ban ships, on the log of a screen that goes from `ignore` over `soft_bounce` to `drop`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use anyhow::{Result, ensure};

use crate::acts::{Visits, visits_of_all_acts};
use crate::fail2ban::{self, Jail, shipped_maxretry};
use crate::scene::Scene;

/// How often each address is found.
type Counts = BTreeMap<IpAddr, usize>;

pub fn ours_finds(scene: &Scene) -> Result<()> {
    finds(scene, Jail::Ours, &expected(|visits| visits.failures))
}

pub fn extra_and_ours_finds(scene: &Scene) -> Result<()> {
    finds(scene, Jail::ExtraAndOurs, &expected(|visits| visits.failures_for_stock))
}

/// All counts as they should be: who should not be found, is not.
fn finds(scene: &Scene, jail: Jail, expected: &Counts) -> Result<()> {
    let mut found = Counts::new();
    for address in fail2ban::found(jail, scene.directory(), scene.acts.log_file())? {
        *found.entry(address).or_default() += 1;
    }
    ensure!(found == *expected, "found {found:?},\n        not {expected:?}");
    Ok(())
}

/// Among those who are refused, one is refused once less than the jail allows.
pub fn ours_bans(scene: &Scene) -> Result<()> {
    let maxretry = shipped_maxretry()?;
    let refused = expected(|visits| visits.failures);
    ensure!(refused.values().any(|&times| times + 1 == maxretry), "nobody is just below {maxretry}");
    ensure!(refused.values().any(|&times| times == maxretry), "nobody is just at {maxretry}");
    let often = refused.into_iter().filter(|&(_, times)| times >= maxretry);
    scene.fail2ban.wait_for_bans(Jail::Ours, &often.map(|(address, _)| address).collect())
}

pub fn extra_and_ours_bans(scene: &Scene) -> Result<()> {
    let expected: BTreeSet<_> = expected(|visits| visits.failures_for_stock).into_keys().collect();
    scene.fail2ban.wait_for_bans(Jail::ExtraAndOurs, &expected)
}

/// Those who should be found, and how often.
fn expected(failures: fn(&Visits) -> usize) -> Counts {
    let counts =
        visits_of_all_acts().map(|visits| (visits.client.from.into(), visits.times * failures(visits)));
    counts.filter(|&(_, times)| times > 0).collect()
}
