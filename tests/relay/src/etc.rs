//! A folder /etc: the machine's own, with a Postfix in it as Debian's package configures it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::machine::{BLIND, DOMAIN, MailHostSetup, RECIPIENT};

const README: &str = include_str!("../../../README.md");

/// What the package's postinst copies from when a user chooses "Internet Site".
const PACKAGE: &str = "/usr/share/postfix";
/// And what it adds: its `set_postconf` lines and the answers that its questions have by default.
const INTERNET_SITE: &str = "\
smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
myhostname = mx.example.org
alias_maps = hash:/etc/aliases
alias_database = hash:/etc/aliases
myorigin = /etc/mailname
mydestination = $myhostname, example.org, mx.example.org, localhost.example.org, localhost
relayhost =
mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128
mailbox_size_limit = 0
recipient_delimiter = +
inet_interfaces = all
inet_protocols = all
";
/// Where the configurations that we ship find the module.
const MODULE: &str = "envoy/postscreen.wasm";

/// What they find beside it, from the root of the tree.
const LISTENER_FILES: &str = "deploy/envoy/lds";

/// What listens where the screen's mail server is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostfixSetup {
    /// An smtpd with the README's lines.
    AsTheReadmeSays,
    /// An smtpd that is not told to read a PROXY header.
    Plain,
}

/// A user whom a package's postinst creates, with a group of the same name and number.
#[derive(Clone, Copy, Debug)]
pub struct SystemUser {
    /// What it is called; nothing is added where there is a user of this name.
    pub name: &'static str,
    /// The number of both.
    pub id: u32,
}

/// Writes it. `log` is Postfix's mail log, in a folder that it may write to.
pub fn write(etc: &Path, setup: &MailHostSetup, log: &Path) -> Result<()> {
    run(Command::new("cp").arg("--archive").arg("/etc").arg(etc))?;
    let put = |name: &str, text: &str| {
        let file = etc.join(name);
        // Not through a link that leads out of here.
        let _ = fs::remove_file(&file);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    };
    put("hosts", "127.0.0.1 localhost\n::1 localhost\n")?;
    put("resolv.conf", "nameserver 127.0.0.1\n")?;
    put("mailname", &format!("{DOMAIN}\n"))?;
    put("aliases", "postmaster: root\n")?;
    let recipient = SystemUser { name: RECIPIENT, id: 64999 };
    let users: Vec<_> = setup.users.iter().copied().chain([recipient]).collect();
    for (name, line) in [("passwd", SystemUser::passwd as fn(&_) -> _), ("group", SystemUser::group)] {
        put(name, &with_lines(&fs::read_to_string(Path::new("/etc").join(name))?, users.iter().map(line)))?;
    }
    fs::create_dir_all(etc.join(MODULE).parent().unwrap_or(etc))?;
    let _ = fs::remove_file(etc.join(MODULE));
    symlink(
        fs::canonicalize(&setup.module).with_context(|| format!("no module {}", setup.module.display()))?,
        etc.join(MODULE),
    )?;
    run(Command::new("cp").arg("--recursive").arg(LISTENER_FILES).arg(etc.join("envoy")))?;
    let package = |name: &str| {
        let file = Path::new(PACKAGE).join(name);
        fs::read_to_string(&file)
            .with_context(|| format!("{} is missing: install Debian's postfix", file.display()))
    };
    let prefix = log.parent().unwrap_or(log).display();
    // There is no syslog in a namespace: that is the one thing which is not the package's.
    let log = format!("maillog_file = {}\nmaillog_file_prefixes = {prefix}\n", log.display());
    let main = [&package("main.cf.debian")?, &package("main.cf.tls")?, INTERNET_SITE, &log].concat();
    put("postfix/main.cf", &main)?;
    put("postfix/master.cf", &master(&package("master.cf.dist")?, setup.postfix)?)
}

/// A file such as passwd(5) with these lines, but for those whose first field is there already.
fn with_lines(file: &str, lines: impl Iterator<Item = String>) -> String {
    let name = |line: &str| line.split(':').next().map(str::to_owned);
    let new = lines.filter(|line| !file.lines().any(|old| name(old) == name(line)));
    new.fold(file.to_owned(), |file, line| file + &line + "\n")
}

/// The package's master.cf, with other lines in place of the one for port 25.
fn master(package: &str, mail_server: PostfixSetup) -> Result<String> {
    let plain = |address: &str| format!("{address} inet n - y - - smtpd");
    let lines = match mail_server {
        PostfixSetup::AsTheReadmeSays => readme_for_postfix()?.to_owned(),
        PostfixSetup::Plain => plain("127.0.0.1:2525"),
    };
    let smtp = |line: &&str| line.split_ascii_whitespace().take(2).eq(["smtp", "inet"]);
    let old = package.lines().find(smtp).context("the package's master.cf has no line for port 25")?;
    // Beside it one more for the control, which shows that this Postfix does relay when it is left blind.
    Ok(package.replacen(old, &format!("{lines}\n{}", plain(BLIND)), 1))
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}\n{complaint}", output.status);
    Ok(())
}

/// What the README tells people to write into Postfix's master.cf: taken from its text, so that the page is tested.
fn readme_for_postfix() -> Result<&'static str> {
    block_with("smtpd_upstream_proxy_protocol")
}

/// The same for unbound.
pub fn readme_for_unbound() -> Result<&'static str> {
    block_with("https-port")
}

/// The first fenced block that contains `word`.
fn block_with(word: &str) -> Result<&'static str> {
    let fenced = README.split("\n```").skip(1).step_by(2);
    let mut blocks = fenced.filter_map(|block| Some(block.split_once('\n')?.1));
    blocks.find(|block| block.contains(word)).with_context(|| format!("README.md has no block with {word}"))
}

// === impl SystemUser ===

impl SystemUser {
    fn passwd(&self) -> String {
        let Self { name, id } = self;
        format!("{name}:x:{id}:{id}::/nonexistent:/usr/sbin/nologin")
    }

    fn group(&self) -> String {
        format!("{}:x:{}:", self.name, self.id)
    }
}

#[cfg(test)]
mod tests;
