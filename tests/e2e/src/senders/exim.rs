//! Debian's exim4-daemon-light, unpacked: it conflicts with Debian's postfix and cannot be installed beside it. Its
//! configuration puts everything into a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use envoy_suite::fixture::ServerProcess;
use tokio::net::TcpStream;
use tokio::process::Command;

use super::program::run;
use super::{Letter, Sender};

/// Who it is when it need not be root, as Debian has compiled it in.
pub const USER: &str = "Debian-exim";
/// Where the package has it.
const PROGRAM: &str = "usr/sbin/exim4";
const HINT: &str = "`cargo xtask e2e` unpacks Exim";
/// Its queue runners, every two seconds, are started by a daemon, which has to listen somewhere.
const LISTEN: (&str, u16) = ("127.0.0.1", 10025);
const RUN_QUEUE: &str = "-q2s";

/// A running one.
#[derive(Debug)]
pub struct Exim {
    daemon: ServerProcess,
    folder: PathBuf,
}

// === impl Exim ===

impl Exim {
    /// Starts it; `package` is what was unpacked.
    pub async fn start(folder: PathBuf, package: &Path) -> Result<Self> {
        // Exim starts itself anew when it is not root any more, who alone may be able to reach the package's folder. It
        // is root again by the program's mode, which is kept.
        run(Command::new("cp").arg("--archive").arg(package.join(PROGRAM)).arg(program(&folder)), "")
            .await
            .context(HINT)?;
        for own in ["spool", "log"] {
            fs::create_dir(folder.join(own))?;
            run(Command::new("chown").arg(format!("{USER}:{USER}")).arg(folder.join(own)), "").await?;
        }
        fs::write(configuration(&folder), exim_conf(&folder))?;
        let arguments = ["-C", &configuration(&folder).display().to_string(), "-bdf", RUN_QUEUE];
        let output = folder.join("output");
        let mut daemon = ServerProcess::start("Exim", &program(&folder), arguments, output, HINT)?;
        daemon.until_ready(async || TcpStream::connect(LISTEN).await.is_ok()).await?;
        Ok(Self { daemon, folder })
    }

    /// Puts a letter into the queue.
    pub async fn send(&self, letter: &Letter) -> Result<()> {
        let mut exim = self.exim();
        exim.args(["-oi", "-f", &Sender::Exim.mailbox(), "--", &letter.recipient]);
        run(&mut exim, &letter.text(Sender::Exim)).await.map(drop)
    }

    /// How many mails wait.
    pub async fn queue(&self) -> Result<usize> {
        let count = run(self.exim().arg("-bpc"), "").await?.output;
        count.trim().parse().with_context(|| format!("exim -bpc is to print a number: {count}"))
    }

    /// Where its log is.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log/main")
    }

    /// Stops it.
    pub async fn stop(mut self) -> Result<()> {
        let status = self.daemon.terminate().await?;
        ensure!(status.success(), "Exim does not end well: {status}");
        Ok(())
    }

    fn exim(&self) -> Command {
        let mut exim = Command::new(program(&self.folder));
        exim.arg("-C").arg(configuration(&self.folder));
        exim
    }
}

fn program(folder: &Path) -> PathBuf {
    folder.join("exim4")
}

fn configuration(folder: &Path) -> PathBuf {
    folder.join("exim.conf")
}

/// Mail for anybody goes to the MX, and is tried again every two seconds for hours. Nobody may send to it by SMTP.
fn exim_conf(folder: &Path) -> String {
    let (name, address) = (Sender::Exim.helo(), Sender::Exim.address());
    let (host, port) = LISTEN;
    let (program, folder) = (program(folder).display().to_string(), folder.display());
    format!(
        "\
exim_path = {program}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
pid_file_path = {folder}/spool/exim.pid
primary_hostname = {name}
local_interfaces = {host}
daemon_smtp_ports = {port}
acl_smtp_rcpt = deny
keep_environment =

begin acl
deny:
  deny

begin routers
mx:
  driver = dnslookup
  transport = smtp

begin transports
smtp:
  driver = smtp
  interface = {address}
  helo_data = {name}

begin retry
*  *  F,4h,2s
"
    )
}
