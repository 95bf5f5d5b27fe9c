//! The server's configuration: Debian's, and on top of it what deploy/fail2ban ships, at the places where
//! docs/fail2ban.md puts it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// What the package installs, and what of it a server needs. Not jail.d, where Debian enables a jail for ssh.
const STOCK: &str = "/etc/fail2ban";
const STOCK_FILES: [&str; 4] = ["fail2ban.conf", "jail.conf", "paths-common.conf", "paths-debian.conf"];
const STOCK_DIRECTORIES: [&str; 2] = ["action.d", "filter.d"];

/// What we ship.
const FILTER: &str = include_str!("../../../../deploy/fail2ban/postscreen.conf");
const JAIL: &str = include_str!("../../../../deploy/fail2ban/jail.local");
const FOR_STOCK_FILTER: &str = include_str!("../../../../deploy/fail2ban/postfix.local");

/// The jails. The name of the first one is that of the stock jail, in the mode that docker-mailserver sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jail {
    /// The stock filter.
    Extra,
    /// The stock filter in its strictest mode.
    Aggressive,
    /// The stock filter with our postfix.local. fail2ban looks for that beside the filter, under the filter's name: so
    /// here it belongs to a copy of the stock filter, with a name of its own.
    ExtraAndOurs,
    /// Our jail, with our filter.
    Ours,
}

impl Jail {
    pub fn name(self) -> &'static str {
        match self {
            Self::Extra => "postfix",
            Self::Aggressive => "postfix-aggressive",
            Self::ExtraAndOurs => "postfix-and-ours",
            Self::Ours => "postscreen",
        }
    }

    pub fn filter(self) -> &'static str {
        match self {
            Self::Extra => "postfix[mode=extra]",
            Self::Aggressive => "postfix[mode=aggressive]",
            Self::ExtraAndOurs => "postfix-and-ours[mode=extra]",
            Self::Ours => "postscreen",
        }
    }
}

/// The number of failures at which our jail bans.
pub fn shipped_maxretry() -> Result<usize> {
    let line = JAIL.lines().find_map(|line| line.strip_prefix("maxretry = "));
    Ok(line.context("jail.local: no maxretry")?.parse()?)
}

/// Writes it.
pub fn write(directory: &Path, stock_log: &Path, shipped_log: &Path) -> Result<()> {
    for file in STOCK_FILES {
        fs::copy(Path::new(STOCK).join(file), directory.join(file)).with_context(|| format!("no {file}"))?;
    }
    for name in STOCK_DIRECTORIES {
        fs::create_dir(directory.join(name))?;
        for file in fs::read_dir(Path::new(STOCK).join(name)).with_context(|| format!("no {name}"))? {
            let file = file?;
            if file.file_type()?.is_file() {
                fs::copy(file.path(), directory.join(name).join(file.file_name()))?;
            }
        }
    }
    let filters = directory.join("filter.d");
    fs::copy(filters.join("postfix.conf"), filters.join("postfix-and-ours.conf"))?;
    fs::write(filters.join("postfix-and-ours.local"), FOR_STOCK_FILTER)?;
    fs::write(filters.join("postscreen.conf"), FILTER)?;
    fs::create_dir(directory.join("jail.d"))?;
    fs::write(directory.join("jail.d/postscreen.local"), our_jail(shipped_log)?)?;
    fs::write(directory.join("fail2ban.local"), "[DEFAULT]\ndbfile = :memory:\nlogtarget = STDOUT\n")?;
    fs::write(directory.join("jail.local"), jails(stock_log, shipped_log))?;
    Ok(())
}

/// Our jail as it is shipped, but for the log, for those who are spared, and for how the log is watched.
fn our_jail(log: &Path) -> Result<String> {
    let mut jail = JAIL.to_owned();
    for (key, value) in [("logpath", log.display().to_string()), ("ignoreip", String::new())] {
        let old = jail.lines().find(|line| line.starts_with(&format!("{key} = ")));
        let old = old.with_context(|| format!("jail.local: no {key}"))?.to_owned();
        jail = jail.replace(&old, &format!("{key} = {value}"));
    }
    Ok(jail + "backend = polling\n")
}

/// The clients are on loopback, which is spared by default. One offence is enough, but for our jail, and nobody is
/// locked out in earnest.
fn jails(stock_log: &Path, shipped_log: &Path) -> String {
    let of = |jail: Jail, log: &Path| {
        let (name, filter, log) = (jail.name(), jail.filter(), log.display());
        format!("\n[{name}]\nenabled = true\nfilter = {filter}\nlogpath = {log}\nbackend = polling\n")
    };
    let mut jails = "[DEFAULT]\nignoreself = false\nusedns = no\nmaxretry = 1\naction =\n".to_owned();
    jails += &of(Jail::Extra, stock_log);
    jails += &of(Jail::Aggressive, stock_log);
    jails += &of(Jail::ExtraAndOurs, shipped_log);
    jails
}

#[cfg(test)]
mod tests;
