//! Everything at once, on one machine of its own: the screen as deploy/envoy/lds and docs/operating.md have it, the
//! mail server and the resolver as README.md has them, lists, fail2ban and Prometheus as deploy/ has them.

use std::fs::{self, Permissions};
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use control_planes_suite::monitoring::prometheus::Prometheus;
use relay_suite::etc::PostfixSetup;
use relay_suite::machine::{DOMAIN, MailHost, MailHostSetup, RECIPIENT};
use suite_namespace::Cover;

use crate::bans::Fail2ban;
use crate::cli::Programs;
use crate::edge::Edge;
use crate::lists::{self, Lists};
use crate::mailbox::{self, Mail};
use crate::people::{self, Newcomers};
use crate::senders::{self, Senders};

/// Where the machine's logs are: the module's lines for fail2ban among them.
const LOGS: &str = "/var/log";
/// A file that the jail for ssh wants to see, which Debian's fail2ban brings switched on.
const AUTH_LOG: &str = "auth.log";

/// All servers. What is first here goes first.
pub struct World {
    /// Real programs that send mail.
    pub senders: Senders,
    /// Sees everything from outside.
    pub prometheus: Option<Prometheus>,
    /// Reads the screen's log.
    pub fail2ban: Option<Fail2ban>,
    /// The screen.
    pub edge: Edge,
    /// The mail server and the resolver.
    pub host: MailHost,
    /// Who has not come yet.
    pub newcomers: Newcomers,
    _lists: Lists,
    _logs: Cover,
}

// === impl World ===

impl World {
    /// Starts everything; the screen listens when this returns.
    pub async fn start(programs: &Programs) -> Result<Self> {
        let setup = MailHostSetup {
            postfix: PostfixSetup::AsTheReadmeSays,
            module: programs.module.clone(),
            addresses: people::addresses(),
            names: senders::names() + &lists::names(),
            users: senders::USERS.to_vec(),
        };
        let host = MailHost::start(&setup).await?;
        let logs = put_logs(&host.file("log"))?;
        let lists = Lists::start(&folder(&host.file("lists"))?)?;
        let edge = Edge::start(&programs.envoy, &host.file("")).await?;
        let fail2ban = Some(Fail2ban::start(&folder(&host.file("fail2ban"))?).await?);
        let prometheus = Some(Prometheus::start(&folder(&host.file("prometheus"))?).await?);
        let senders = Senders::start(&host.file("senders"), &programs.senders).await?;
        let newcomers = Newcomers::default();
        Ok(Self { senders, prometheus, fail2ban, edge, host, newcomers, _lists: lists, _logs: logs })
    }

    /// The mails that have arrived so far.
    pub fn mails(&self) -> Result<Vec<Mail>> {
        Ok(mailbox::mails(&self.host.mailbox()?))
    }

    /// Ends everything; an error when something had ended before, or does not end well.
    pub async fn stop(self) -> Result<()> {
        self.senders.stop().await?;
        self.edge.stop().await?;
        self.host.stop()
    }
}

/// A log folder of the suite's own over the machine's.
fn put_logs(own: &Path) -> Result<Cover> {
    folder(own)?;
    fs::write(own.join(AUTH_LOG), "")?;
    Cover::put(own, Path::new(LOGS))
}

/// A new folder that everybody may read: some servers give root up.
fn folder(path: &Path) -> Result<PathBuf> {
    fs::create_dir(path).with_context(|| format!("cannot make {}", path.display()))?;
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    Ok(path.to_owned())
}

/// To whom everybody writes.
pub fn recipient() -> String {
    format!("{RECIPIENT}@{DOMAIN}")
}

/// Whether the mail server was told who the sender is.
pub fn is_from(mail: &Mail, address: Ipv4Addr) -> bool {
    mail.received().is_some_and(|received| received.contains(&format!("[{address}]")))
}
