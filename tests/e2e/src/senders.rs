//! Real senders, each with an address and a name of its own. They hand their mail to the MX of our domain.
//!
//! - [`letter`]: what they send;
//! - [`postfix`], [`exim`], [`opensmtpd`]: mail servers, which have a queue and try again every few seconds;
//! - [`clients`]: programs and libraries, which try once;
//! - [`program`]: programs that run to their end.

mod clients;
mod exim;
mod letter;
mod opensmtpd;
mod postfix;
mod program;

use std::fmt;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use relay_suite::etc::SystemUser;
use relay_suite::machine::{DOMAIN, SERVER_IP};

use exim::Exim;
use opensmtpd::OpenSmtpd;
use postfix::Postfix;

pub use letter::Letter;

/// The mail server of [`DOMAIN`], by name: mail servers ask DNS for it, and the others are told.
const MX: &str = "mx.example.org";
/// Below it are the names of the senders.
const SENDERS_DOMAIN: &str = "sender.example";

/// Whom Debian's packages of Exim and OpenSMTPD create when they are installed.
pub const USERS: [SystemUser; 3] = [
    SystemUser { name: exim::USER, id: 64990 },
    SystemUser { name: opensmtpd::USER, id: 64991 },
    SystemUser { name: opensmtpd::QUEUE_USER, id: 64992 },
];

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// Debian's postfix, a second one beside the mail server.
    Postfix,
    /// Debian's exim4-daemon-light.
    Exim,
    /// Debian's opensmtpd.
    OpenSmtpd,
    /// Debian's msmtp.
    Msmtp,
    /// Debian's swaks.
    Swaks,
    /// Python's own library.
    Smtplib,
    /// nodemailer from npm.
    Nodemailer,
}

/// Where the programs are that are not installed.
#[derive(Clone, Debug, Args)]
pub struct SenderPrograms {
    /// Debian's exim4-daemon-light, unpacked
    #[arg(long, global = true, value_name = "FOLDER", default_value = "target/e2e/root-exim")]
    exim: PathBuf,
    /// Debian's opensmtpd, unpacked
    #[arg(long, global = true, value_name = "FOLDER", default_value = "target/e2e/root-opensmtpd")]
    opensmtpd: PathBuf,
    /// Where npm has installed nodemailer
    #[arg(long, global = true, value_name = "FOLDER", default_value = "target/e2e/node")]
    nodemailer: PathBuf,
}

/// The running ones, and what the others have said.
#[derive(Debug)]
pub struct Senders {
    postfix: Postfix,
    exim: Exim,
    opensmtpd: OpenSmtpd,
    nodemailer: PathBuf,
    folder: PathBuf,
}

/// What the resolver has to know about the senders and about where they send to, as lines of unbound.conf(5).
pub fn names() -> String {
    let mut names = format!(
        r#"  local-zone: "{DOMAIN}." static
  local-data: "{DOMAIN}. MX 10 {MX}."
  local-data: "{MX}. A {SERVER_IP}"
  local-zone: "{SENDERS_DOMAIN}." static
  local-zone: "113.0.203.in-addr.arpa." static
"#
    );
    for sender in Sender::ALL {
        let (name, address) = (sender.helo(), sender.address());
        names += &format!("  local-data: \"{name}. A {address}\"\n  local-data-ptr: \"{address} {name}\"\n");
    }
    names
}

// === impl Sender ===

impl Sender {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Postfix,
        Self::Exim,
        Self::OpenSmtpd,
        Self::Msmtp,
        Self::Swaks,
        Self::Smtplib,
        Self::Nodemailer,
    ];

    /// As the output calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postfix => "postfix",
            Self::Exim => "exim",
            Self::OpenSmtpd => "opensmtpd",
            Self::Msmtp => "msmtp",
            Self::Swaks => "swaks",
            Self::Smtplib => "smtplib",
            Self::Nodemailer => "nodemailer",
        }
    }

    /// Where it comes from.
    pub const fn address(self) -> Ipv4Addr {
        let last = match self {
            Self::Postfix => 101,
            Self::Exim => 102,
            Self::OpenSmtpd => 103,
            Self::Msmtp => 104,
            Self::Swaks => 105,
            Self::Smtplib => 106,
            Self::Nodemailer => 107,
        };
        Ipv4Addr::new(203, 0, 113, last)
    }

    /// What it calls itself in HELO.
    pub fn helo(self) -> String {
        format!("{self}.{SENDERS_DOMAIN}")
    }

    /// Whom its mail is from.
    pub fn mailbox(self) -> String {
        format!("somebody@{}", self.helo())
    }

    /// Whether it keeps a mail and tries again. The others try once, and then it is lost.
    pub const fn queues(self) -> bool {
        matches!(self, Self::Postfix | Self::Exim | Self::OpenSmtpd)
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

// === impl Senders ===

impl Senders {
    /// Starts those that are servers, with everything of theirs in `folder`, which everybody may enter.
    ///
    /// The machine needs their addresses, [`names`] and [`USERS`].
    pub async fn start(folder: &Path, programs: &SenderPrograms) -> Result<Self> {
        fs::create_dir(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let own = |sender: Sender| -> Result<PathBuf> {
            let own = folder.join(sender.name());
            fs::create_dir(&own)?;
            Ok(own)
        };
        Ok(Self {
            postfix: Postfix::start(own(Sender::Postfix)?).await?,
            exim: Exim::start(own(Sender::Exim)?, &programs.exim).await?,
            opensmtpd: OpenSmtpd::start(own(Sender::OpenSmtpd)?, &programs.opensmtpd).await?,
            nodemailer: programs.nodemailer.clone(),
            folder: folder.to_owned(),
        })
    }

    /// Sends a letter. A mail server has it in its queue when this returns; with the others, the server at the other end
    /// has taken it. An error has all that the program has said.
    pub async fn send(&self, sender: Sender, letter: &Letter) -> Result<()> {
        match sender {
            Sender::Postfix => self.postfix.send(letter).await,
            Sender::Exim => self.exim.send(letter).await,
            Sender::OpenSmtpd => self.opensmtpd.send(letter).await,
            _ => clients::send(sender, letter, &self.nodemailer, &self.client_log(sender)).await,
        }
    }

    /// How many mails wait in its queue; none where there is no queue.
    pub async fn queue(&self, sender: Sender) -> Result<usize> {
        match sender {
            Sender::Postfix => self.postfix.queue().await,
            Sender::Exim => self.exim.queue().await,
            Sender::OpenSmtpd => self.opensmtpd.queue().await,
            _ => Ok(0),
        }
    }

    /// What it has logged or printed so far.
    pub fn log(&self, sender: Sender) -> Result<String> {
        let log = match sender {
            Sender::Postfix => self.postfix.log(),
            Sender::Exim => self.exim.log(),
            Sender::OpenSmtpd => self.opensmtpd.log(),
            _ => self.client_log(sender),
        };
        // Whoever has not sent anything has no log.
        let bytes = if log.exists() {
            fs::read(&log).with_context(|| format!("cannot read {}", log.display()))?
        } else {
            Vec::new()
        };
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Stops the servers; an error when one of them does not stop.
    pub async fn stop(self) -> Result<()> {
        self.opensmtpd.stop().await?;
        self.exim.stop().await?;
        self.postfix.stop()
    }

    fn client_log(&self, sender: Sender) -> PathBuf {
        self.folder.join(sender.name()).with_extension("log")
    }
}

#[cfg(test)]
mod tests;
