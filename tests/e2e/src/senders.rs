//! Real senders, each with an address and a name of its own. They hand their mail to the MX of our domain.
//!
//! - [`sender`]: who they are; [`letter`]: what they send;
//! - [`postfix`], [`exim`], [`opensmtpd`]: mail servers, which have a queue and try again every few seconds;
//! - [`clients`]: programs and libraries, which try once;
//! - [`program`]: programs that run to their end.

mod clients;
mod exim;
mod letter;
mod opensmtpd;
mod postfix;
mod program;
mod sender;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use relay_suite::etc::SystemUser;

use exim::Exim;
use opensmtpd::OpenSmtpd;
use postfix::Postfix;

pub use letter::Letter;
pub use sender::{Sender, names};

/// Whom Debian's packages of Exim and OpenSMTPD create when they are installed.
pub const USERS: [SystemUser; 3] = [
    SystemUser { name: exim::USER, id: 64990 },
    SystemUser { name: opensmtpd::USER, id: 64991 },
    SystemUser { name: opensmtpd::QUEUE_USER, id: 64992 },
];

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

    /// Sends a letter. A mail server has it in its queue when this returns; with the others, the server at the other
    /// end has taken it. An error has all that the program has said.
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
