//! A second Postfix, which only sends: Debian's package, with a configuration, a queue and a data folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use parity_suite::master::Master;
use tokio::process::Command;

use super::program::run;
use super::{Letter, Sender};

/// What the package's postinst makes master.cf from.
const MASTER_CF: &str = "/usr/share/postfix/master.cf.dist";
/// Of the package; it is told which Postfix is meant.
const SENDMAIL: &str = "/usr/sbin/sendmail";

/// A running one.
#[derive(Debug)]
pub struct Postfix {
    master: Master,
    folder: PathBuf,
}

// === impl Postfix ===

impl Postfix {
    /// Starts it.
    pub async fn start(folder: PathBuf) -> Result<Self> {
        let etc = folder.join("etc");
        fs::create_dir(&etc)?;
        fs::create_dir(folder.join("queue"))?;
        fs::write(etc.join("main.cf"), main_cf(&folder))?;
        let master_cf =
            fs::read(MASTER_CF).with_context(|| format!("{MASTER_CF}: install Debian's postfix"))?;
        fs::write(etc.join("master.cf"), master_cf)?;
        let postconf = |words: &[&str]| {
            let mut command = Command::new("postconf");
            command.arg("-c").arg(&etc).args(words);
            command
        };
        // It takes no mail from the network, and the folder has no files for a life in a chroot.
        run(&mut postconf(&["-M#", "smtp/inet"]), "").await?;
        run(&mut postconf(&["-F", "*/*/chroot=n"]), "").await?;
        run(Command::new("postfix").arg("-c").arg(&etc).arg("check"), "").await?;
        let log = folder.join("log");
        fs::write(&log, "")?;
        Ok(Self { master: Master::start(&etc, &log).await?, folder })
    }

    /// Puts a letter into the queue.
    pub async fn send(&self, letter: &Letter) -> Result<()> {
        let mut sendmail = Command::new(SENDMAIL);
        sendmail.arg("-C").arg(self.etc().join("main.cf"));
        sendmail.args(["-i", "-B", "8BITMIME", "-f", &Sender::Postfix.mailbox(), &letter.recipient]);
        run(&mut sendmail, &letter.text(Sender::Postfix)).await.map(drop)
    }

    /// How many mails wait.
    pub async fn queue(&self) -> Result<usize> {
        // One line of JSON for each.
        let queue = run(Command::new("postqueue").arg("-c").arg(self.etc()).arg("-j"), "").await?;
        Ok(queue.output.lines().count())
    }

    /// Where its log is.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Stops it.
    pub fn stop(self) -> Result<()> {
        self.master.stop()
    }

    fn etc(&self) -> PathBuf {
        self.folder.join("etc")
    }
}

/// A deferred mail is tried again every few seconds, and no destination is taken for dead any longer.
fn main_cf(folder: &Path) -> String {
    let (folder, name, address) = (folder.display(), Sender::Postfix.helo(), Sender::Postfix.address());
    format!(
        "\
compatibility_level = 3.6
myhostname = {name}
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_bind_address = {address}
smtp_tls_security_level = may
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
"
    )
}
