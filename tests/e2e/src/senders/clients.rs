//! Programs and libraries that connect to the mail server, and have no queue.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use super::program::run;
use super::sender::MX;
use super::{Letter, Sender};

const SMTPLIB: &str = "tests/e2e/send.py";
const NODEMAILER: &str = "tests/e2e/send.mjs";
/// How long a client waits for the server, where it has no such limit of its own.
const SECONDS_MAX: &str = "60";

/// Sends a letter, and adds to `log` what was said.
pub async fn send(sender: Sender, letter: &Letter, nodemailer: &Path, log: &Path) -> Result<()> {
    let mut text = letter.text(sender);
    let mut command = match sender {
        Sender::Msmtp => msmtp(letter),
        Sender::Swaks => {
            // swaks takes away what ends the data, and puts it on again. Without it, it adds an empty line.
            text += ".\n";
            swaks(letter)
        }
        Sender::Smtplib => smtplib(letter),
        Sender::Nodemailer => self::nodemailer(letter, nodemailer),
        Sender::Postfix | Sender::Exim | Sender::OpenSmtpd => bail!("{sender} has a queue"),
    };
    let result = run(&mut command, &text).await;
    let said = result.as_ref().map_or_else(|error| format!("{error:#}\n"), ToString::to_string);
    let mut file = OpenOptions::new().create(true).append(true).open(log)?;
    file.write_all(said.as_bytes()).with_context(|| format!("cannot write {}", log.display()))?;
    result.map(drop)
}

/// Without TLS.
fn msmtp(letter: &Letter) -> Command {
    let sender = Sender::Msmtp;
    let mut command = Command::new("msmtp");
    command
        .arg(format!("--host={MX}"))
        .arg("--port=25")
        .arg(format!("--source-ip={}", sender.address()))
        .arg(format!("--domain={}", sender.helo()))
        .arg(format!("--from={}", sender.mailbox()))
        .arg(format!("--timeout={SECONDS_MAX}"))
        .args(["--auth=off", "--tls=off", "--debug", "--", &letter.recipient]);
    command
}

/// Without TLS.
fn swaks(letter: &Letter) -> Command {
    let sender = Sender::Swaks;
    let mut command = Command::new("swaks");
    command
        .args(["--server", MX, "--port", "25", "--timeout", SECONDS_MAX])
        .arg("--local-interface")
        .arg(sender.address().to_string())
        .args(["--helo", &sender.helo(), "--from", &sender.mailbox(), "--to", &letter.recipient])
        .args(["--data", "-"]);
    command
}

/// Without TLS.
fn smtplib(letter: &Letter) -> Command {
    let mut command = Command::new("python3");
    command.arg(SMTPLIB).args(words(Sender::Smtplib, letter));
    command
}

/// With TLS where it is offered.
fn nodemailer(letter: &Letter, home: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(NODEMAILER).arg(home).args(words(Sender::Nodemailer, letter));
    command
}

/// What our two scripts take.
fn words(sender: Sender, letter: &Letter) -> [String; 5] {
    [MX.to_owned(), sender.address().to_string(), sender.helo(), sender.mailbox(), letter.recipient.clone()]
}
