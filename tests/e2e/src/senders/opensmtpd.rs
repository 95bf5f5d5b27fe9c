//! Debian's opensmtpd, unpacked: it conflicts with Debian's postfix and cannot be installed beside it. Its folders are
//! compiled in, so it and its tools run in a mount namespace each, where these are folders of its own.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use envoy_suite::fixture::ServerProcess;
use tokio::net::UnixStream;

use super::program::{Printed, run};
use super::{Letter, Sender};

/// Who it is, and who has its queue, as Debian has compiled them in.
pub const USER: &str = "opensmtpd";
/// See [`USER`].
pub const QUEUE_USER: &str = "opensmtpq";
/// Its folders; [`WITHIN`] has the places where an installed one looks for them.
const FOLDERS: [&str; 3] = ["spool", "lib", "run"];
/// Where its processes are locked up.
const EMPTY: &str = "lib/opensmtpd/empty";
/// Below `run`.
const SOCKET: &str = "run/smtpd.sock";
/// Lays the folders over, and becomes the program.
const WITHIN: &str = "\
mount --bind \"$1\" /var/spool && mount --bind \"$2\" /var/lib && mount --bind \"$3\" /run && shift 3 && exec \"$@\"";
/// OpenSMTPD tries again after 400 s, and leaves a server that did not answer alone for 15 s and more; neither can be
/// configured. But it does both at once when it is told to. `$0` is smtpctl.
const TRY_AGAIN: &str = "\
while sleep 2; do
  for route in $(\"$0\" show routes | cut --delimiter=. --fields=1); do \"$0\" resume route \"$route\"; done
  \"$0\" schedule all
done";

/// A running one.
#[derive(Debug)]
pub struct OpenSmtpd {
    // What talks to the daemon goes before it.
    retries: ServerProcess,
    daemon: ServerProcess,
    place: SmtpdPlace,
}

/// Where its files are.
#[derive(Debug)]
struct SmtpdPlace {
    folder: PathBuf,
    package: PathBuf,
}

// === impl OpenSmtpd ===

impl OpenSmtpd {
    /// Starts it; `package` is what was unpacked.
    pub async fn start(folder: PathBuf, package: &Path) -> Result<Self> {
        const HINT: &str = "Debian has it: apt-get install util-linux";
        let package = fs::canonicalize(package).with_context(|| {
            format!("OpenSMTPD: no folder {}; `cargo xtask e2e` unpacks it", package.display())
        })?;
        for own in ["spool", EMPTY, "run"] {
            fs::create_dir_all(folder.join(own))?;
        }
        let configuration = folder.join("smtpd.conf");
        fs::write(&configuration, smtpd_conf())?;
        let place = SmtpdPlace { folder, package };
        let start = |name, words: Vec<OsString>, log: &str| {
            ServerProcess::start(name, Path::new("unshare"), words, place.folder.join(log), HINT)
        };
        let words = ["-d".as_ref(), "-f".as_ref(), configuration.as_os_str()];
        let mut daemon = start("OpenSMTPD", place.within(&place.program("smtpd"), &words), "log")?;
        let socket = place.folder.join(SOCKET);
        daemon.until_ready(async || UnixStream::connect(&socket).await.is_ok()).await?;
        let smtpctl = place.program("smtpctl");
        let words = ["-c".as_ref(), TRY_AGAIN.as_ref(), smtpctl.as_os_str()];
        let retries = start("OpenSMTPD's smtpctl", place.with_group(Path::new("sh"), &words), "retries.log")?;
        Ok(Self { retries, daemon, place })
    }

    /// Puts a letter into the queue.
    pub async fn send(&self, letter: &Letter) -> Result<()> {
        let from = Sender::OpenSmtpd.mailbox();
        let words = ["-i", "-f", &from, &letter.recipient];
        self.run("sendmail", &words, &letter.text(Sender::OpenSmtpd)).await.map(drop)
    }

    /// How many mails wait.
    pub async fn queue(&self) -> Result<usize> {
        // One line for each recipient, and a letter has one.
        Ok(self.run("smtpctl", &["show", "queue"], "").await?.output.lines().count())
    }

    /// Where its log is.
    pub fn log(&self) -> PathBuf {
        self.place.folder.join("log")
    }

    /// Stops it.
    pub async fn stop(mut self) -> Result<()> {
        self.retries.terminate().await?;
        let status = self.daemon.terminate().await?;
        ensure!(status.success(), "OpenSMTPD does not end well: {status}");
        Ok(())
    }

    async fn run(&self, tool: &str, words: &[&str], input: &str) -> Result<Printed> {
        let words: Vec<_> = words.iter().map(OsStr::new).collect();
        let arguments = self.place.with_group(&self.place.program(tool), &words);
        run(tokio::process::Command::new("unshare").args(arguments), input).await
    }
}

// === impl SmtpdPlace ===

impl SmtpdPlace {
    /// Arguments for unshare(1) that run a program where the folders are its own.
    fn within(&self, program: &Path, words: &[&OsStr]) -> Vec<OsString> {
        let shell = ["--mount", "--", "sh", "-c", WITHIN, "sh"].map(OsString::from);
        let folders = FOLDERS.map(|own| self.folder.join(own).into_os_string());
        let words = words.iter().map(|word| (*word).to_owned());
        shell.into_iter().chain(folders).chain([program.into()]).chain(words).collect()
    }

    /// The same for its tools, which the package's postinst lets run with this group.
    fn with_group(&self, program: &Path, words: &[&OsStr]) -> Vec<OsString> {
        let group = format!("--regid={QUEUE_USER}");
        let setpriv = [group.as_ref(), "--clear-groups".as_ref(), "--".as_ref(), program.as_os_str()];
        self.within(Path::new("setpriv"), &[&setpriv, words].concat())
    }

    fn program(&self, name: &str) -> PathBuf {
        self.package.join("usr/sbin").join(name)
    }
}

/// Mail for anybody goes to the MX. It listens nowhere but on its socket.
fn smtpd_conf() -> String {
    let (name, address) = (Sender::OpenSmtpd.helo(), Sender::OpenSmtpd.address());
    format!(
        "\
listen on socket
action \"mx\" relay src {address} helo {name}
match from local for any action \"mx\"
"
    )
}
