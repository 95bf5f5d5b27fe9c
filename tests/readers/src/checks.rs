//! What each reader has to say about the log.

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::client::{self, EARLY, EARLY_LISTED, LISTED, SmtpClient};
use crate::envoy_log::Manual;
use crate::fail2ban::{self, Fail2ban, Jail};
use crate::pflogsumm::PflogsummReport;
use crate::screen::{HostSimServe, until};

/// One thing that must be so.
type Check = fn(&LogScene) -> Result<()>;

/// All of them, with what they show.
pub const CHECKS: [(&str, Check); 7] = [
    ("the log has the lines of every client", log_is_complete),
    ("fail2ban's stock filter finds those on a list in mode extra", extra_finds_the_listed),
    ("fail2ban's stock filter finds every early talker in mode aggressive", aggressive_finds_early_talkers),
    ("fail2ban bans an early talker in mode extra, and spares the polite", extra_bans),
    ("fail2ban bans every early talker in mode aggressive, and spares the polite", aggressive_bans),
    ("pflogsumm counts the refusals by reason and client, and the warning", report_counts),
    ("the manual's command makes the same mail log of Envoy's log", manual_makes_a_mail_log),
];

/// From a client's end to the last of its lines.
const LINES_MAX: Duration = Duration::from_secs(5);

/// The log with all clients in it, and the server that watches it. What is first here is stopped first.
pub struct LogScene {
    fail2ban: Fail2ban,
    screen: HostSimServe,
    log: PathBuf,
    directory: TempDir,
}

impl LogScene {
    /// Starts the screen and its watcher, and sends the clients.
    pub fn play(host_sim: &Path, module: &Path) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let log = directory.path().join("mail.log");
        let screen = HostSimServe::start(host_sim, module, directory.path(), &log)?;
        let fail2ban = Fail2ban::start(directory.path(), &log)?;
        for client in client::ALL {
            client.visit(screen.address())?;
        }
        let scene = Self { fail2ban, screen, log, directory };
        until("the access lines of all clients", LINES_MAX, || {
            let ended = scene.log().matches("]: access: ").count();
            Ok((ended == client::ALL.len()).then_some(()))
        })?;
        Ok(scene)
    }

    /// The log so far; empty when it cannot be read.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The module's lines of it.
    fn module_log(&self) -> String {
        let tag = format!(" localhost postfix/postscreen[{}]: ", self.screen.pid());
        self.log().lines().filter(|line| line.contains(&tag)).flat_map(|line| [line, "\n"]).collect()
    }

    fn found(&self, jail: Jail) -> Result<Vec<Ipv4Addr>> {
        fail2ban::found(jail, self.directory.path(), &self.log)
    }
}

fn log_is_complete(scene: &LogScene) -> Result<()> {
    let log = scene.module_log();
    let count = |text: &str| log.matches(text).count();
    for (text, expected) in [
        ("]: CONNECT from [127.0.0.", client::ALL.len()),
        ("]: PASS NEW [127.0.0.11]:", 1),
        ("]: PREGREET 18 after ", 2),
        ("]: NOQUEUE: reject: RCPT from [127.0.0.", 3),
        ("]: warning: ", 1),
    ] {
        ensure!(count(text) == expected, "{expected} lines with {text:?} expected, {} found", count(text));
    }
    Ok(())
}

/// Mode extra reads replies, and of postscreen's only `Service unavailable`.
fn extra_finds_the_listed(scene: &LogScene) -> Result<()> {
    finds(scene, Jail::Extra, &[EARLY_LISTED, LISTED])
}

/// Mode aggressive reads PREGREET as well, so that one who is on a list besides is found twice.
fn aggressive_finds_early_talkers(scene: &LogScene) -> Result<()> {
    finds(scene, Jail::Aggressive, &[EARLY, EARLY_LISTED, EARLY_LISTED, LISTED])
}

fn finds(scene: &LogScene, jail: Jail, expected: &[SmtpClient]) -> Result<()> {
    let found = scene.found(jail)?;
    let expected: Vec<_> = expected.iter().map(|client| client.from).collect();
    ensure!(found == expected, "found {found:?}, not {expected:?}");
    Ok(())
}

fn extra_bans(scene: &LogScene) -> Result<()> {
    bans(scene, Jail::Extra, &[EARLY_LISTED, LISTED])
}

fn aggressive_bans(scene: &LogScene) -> Result<()> {
    bans(scene, Jail::Aggressive, &[EARLY, EARLY_LISTED, LISTED])
}

fn bans(scene: &LogScene, jail: Jail, expected: &[SmtpClient]) -> Result<()> {
    let expected: BTreeSet<_> = expected.iter().map(|client| client.from).collect();
    scene.fail2ban.wait_for_bans(jail, &expected)
}

fn report_counts(scene: &LogScene) -> Result<()> {
    let report = PflogsummReport::on(&scene.log)?;
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

fn manual_makes_a_mail_log(scene: &LogScene) -> Result<()> {
    let manual = Manual::read()?;
    let expected = scene.module_log();
    let made = manual.mail_log(&manual.as_envoy_writes(&expected)?)?;
    ensure!(made == expected, "made:\n{made}");
    // With a time zone in numbers, as Envoy's has it, everything is read as before.
    let log = scene.directory.path().join("envoy-mail.log");
    fs::write(&log, made.replace("Z localhost ", "+00:00 localhost "))?;
    let found = fail2ban::found(Jail::Extra, scene.directory.path(), &log)?;
    ensure!(found == scene.found(Jail::Extra)?, "fail2ban found {found:?}");
    let rejected = PflogsummReport::on(&log)?.total("rejected").context("pflogsumm")?;
    ensure!(rejected == 3, "pflogsumm: {rejected} rejected");
    Ok(())
}
