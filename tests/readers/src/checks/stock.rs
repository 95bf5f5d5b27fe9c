//! The readers as Debian installs them, on the log of a screen that enforces.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::acts::{EARLY, EARLY_LISTED, ENFORCED, LISTED};
use crate::client::SmtpClient;
use crate::envoy_log::Manual;
use crate::fail2ban::{self, Jail};
use crate::pflogsumm::PflogsummReport;
use crate::scene::Scene;

pub fn log_is_complete(scene: &Scene) -> Result<()> {
    let log = scene.enforced.module_log();
    let count = |text: &str| log.matches(text).count();
    for (text, expected) in [
        ("]: CONNECT from [127.0.0.", ENFORCED.len()),
        ("]: PASS NEW [127.0.0.11]:", 1),
        ("]: PREGREET 18 after ", 2),
        ("]: NOQUEUE: reject: RCPT from [127.0.0.", 3),
        ("]: warning: ", 1),
    ] {
        ensure!(count(text) == expected, "{expected} lines with {text:?} expected, {} found", count(text));
    }
    Ok(())
}

pub fn references_lead_to_records(scene: &Scene) -> Result<()> {
    let log = scene.enforced.log();
    ensure!(scene.references.len() == 3, "references: {:?}", scene.references);
    for (client, reference) in &scene.references {
        let named = format!("\"reference\":\"{reference}\"");
        let record = log.lines().find(|line| line.contains("]: RECORD {") && line.contains(&named));
        let record = record.with_context(|| format!("no record {reference} of {client}"))?;
        ensure!(record.contains(&format!("\"client\":\"{client}\"")), "not of {client}: {record}");
    }
    Ok(())
}

pub fn replay_finds_references(scene: &Scene) -> Result<()> {
    let find = |reference: &str| {
        let mut replay = Command::new(scene.enforced.program());
        replay.arg("replay").arg(scene.enforced.log_file()).args(["--reference", reference]);
        replay.output().context("cannot start host-sim replay")
    };
    for (client, reference) in &scene.references {
        let found = find(reference)?;
        let shown = String::from_utf8_lossy(&found.stdout);
        let is_it = shown.contains(reference.as_str()) && shown.contains(&format!("{client}:"));
        ensure!(found.status.success() && is_it, "{reference} of {client}: {found:?}");
    }
    let nobody = find("0000000000")?;
    ensure!(nobody.status.code() == Some(1), "of nobody: {nobody:?}");
    Ok(())
}

/// Mode extra reads replies, and of postscreen's only `Service unavailable`.
pub fn extra_finds_the_listed(scene: &Scene) -> Result<()> {
    finds(scene, Jail::Extra, &[EARLY_LISTED, LISTED])
}

/// Mode aggressive reads PREGREET as well, so that one who is on a list besides is found twice.
pub fn aggressive_finds_early_talkers(scene: &Scene) -> Result<()> {
    finds(scene, Jail::Aggressive, &[EARLY, EARLY_LISTED, EARLY_LISTED, LISTED])
}

fn finds(scene: &Scene, jail: Jail, expected: &[SmtpClient]) -> Result<()> {
    let found = found(scene, jail)?;
    let expected: Vec<_> = expected.iter().map(|client| IpAddr::from(client.from)).collect();
    ensure!(found == expected, "found {found:?}, not {expected:?}");
    Ok(())
}

fn found(scene: &Scene, jail: Jail) -> Result<Vec<IpAddr>> {
    fail2ban::found(jail, scene.directory(), scene.enforced.log_file())
}

pub fn extra_bans(scene: &Scene) -> Result<()> {
    bans(scene, Jail::Extra, &[EARLY_LISTED, LISTED])
}

pub fn aggressive_bans(scene: &Scene) -> Result<()> {
    bans(scene, Jail::Aggressive, &[EARLY, EARLY_LISTED, LISTED])
}

fn bans(scene: &Scene, jail: Jail, expected: &[SmtpClient]) -> Result<()> {
    let expected: BTreeSet<_> = expected.iter().map(|client| IpAddr::from(client.from)).collect();
    scene.fail2ban.wait_for_bans(jail, &expected)
}

pub fn report_counts(scene: &Scene) -> Result<()> {
    let report = PflogsummReport::on(scene.enforced.log_file())?;
    let rejected = report.total("rejected")?;
    ensure!(rejected == 3, "{rejected} rejected, not 3");
    let heading = "message reject detail";
    let detail = report.section(heading)?;
    let expected = [
        "RCPT",
        "Protocol error (total: 1)",
        "1   127.0.0.9",
        "blocked using bl.example.test (total: 2)",
        "1   127.0.0.30",
        "1   127.0.0.31",
    ];
    ensure!(detail == expected, "{heading}: {detail:#?}");
    let warnings = report.section("Warnings")?;
    ensure!(warnings.first() == Some(&"postscreen (total: 1)"), "warnings: {warnings:#?}");
    Ok(())
}

pub fn manual_makes_a_mail_log(scene: &Scene) -> Result<()> {
    let manual = Manual::read()?;
    let expected = scene.enforced.module_log();
    let envoy_log = scene.directory().join("envoy.log");
    fs::write(&envoy_log, manual.as_envoy_writes(&expected)?)?;
    let made = manual.mail_log(&envoy_log)?;
    ensure!(made == expected, "made:\n{made}");
    // With a time zone in numbers, as Envoy's has it, everything is read as before.
    let log = scene.directory().join("envoy-mail.log");
    fs::write(&log, made.replace("Z localhost ", "+00:00 localhost "))?;
    let of_envoy = fail2ban::found(Jail::Extra, scene.directory(), &log)?;
    ensure!(of_envoy == found(scene, Jail::Extra)?, "fail2ban found {of_envoy:?}");
    let rejected = PflogsummReport::on(&log)?.total("rejected").context("pflogsumm")?;
    ensure!(rejected == 3, "pflogsumm: {rejected} rejected");
    Ok(())
}
