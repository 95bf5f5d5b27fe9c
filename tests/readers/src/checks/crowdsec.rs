//! The parser of `CrowdSec`, as far as docs/fail2ban.md speaks of it: its hub's expression, applied by grep(1).

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::acts::{INNOCENT, visits_of_all_acts};
use crate::manual::{output, quoted_after, sed};
use crate::scene::Scene;

const PAGE: &str = include_str!("../../../../docs/fail2ban.md");

/// What `crowdsecurity/postscreen-logs` looks for in the text of a line, since February 2024, without its names. It is
/// not bound to the begin of the text.
const PREGREET: &str = r"PREGREET [0-9]+ after [0-9]+(.[0-9]+)? from \[[0-9a-f.:]+\]:[0-9]+: ";

/// Who is in the file that the page makes; and that the whole log would not do.
pub fn finds(scene: &Scene) -> Result<()> {
    let made = scene.directory().join("pregreet.log");
    fs::write(&made, sed("-nuE", quoted_after(PAGE, "sed -nuE ")?, scene.acts.log_file())?)?;
    let found = parsed(&made)?;
    let early = visits_of_all_acts().filter(|visits| visits.client.early);
    let expected: BTreeSet<IpAddr> = early.map(|visits| visits.client.from.into()).collect();
    ensure!(found == expected, "found {found:?},\n        not {expected:?}");
    let found = parsed(scene.acts.log_file())?;
    ensure!(found.contains(&INNOCENT), "docs/fail2ban.md warns of the whole log, but there found {found:?}");
    Ok(())
}

/// The address of the first match in each line.
fn parsed(log: &Path) -> Result<BTreeSet<IpAddr>> {
    let matches = output(Command::new("grep").arg("-noE").arg(PREGREET).arg(log))?;
    let mut last_line = "";
    let mut found = BTreeSet::new();
    for found_text in matches.lines() {
        let (line, text) = found_text.split_once(':').context("grep wrote no number of a line")?;
        if line != last_line {
            let address = text.split(['[', ']']).nth(1).context("no address")?;
            found.insert(address.parse()?);
        }
        last_line = line;
    }
    Ok(found)
}
