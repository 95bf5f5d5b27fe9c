//! The two DNS lists that deploy/envoy asks, in a real rbldnsd.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::Result;
use envoy_suite::fixture::ServerProcess;

use crate::people::{ALLOWLISTED, LISTED, LISTED_LATER};

const RBLDNSD: &str = "/usr/sbin/rbldnsd";
/// Where it answers. The resolver is told.
const ADDRESS: &str = "127.0.0.53";
const PORT: u16 = 5353;

/// A list, what it says, and about whom.
struct DnsList {
    zone: &'static str,
    answer: Ipv4Addr,
    entries: &'static [&'static [Ipv4Addr]],
}

const LISTS: [DnsList; 2] = [
    DnsList {
        zone: "zen.spamhaus.org",
        answer: Ipv4Addr::new(127, 0, 0, 4),
        entries: &[&LISTED, &LISTED_LATER],
    },
    DnsList { zone: "list.dnswl.org", answer: Ipv4Addr::new(127, 0, 5, 2), entries: &[&ALLOWLISTED] },
];

/// The running server; it stops when dropped.
pub struct Lists(#[expect(dead_code, reason = "it runs as long as this lives")] ServerProcess);

impl Lists {
    /// Starts it. Nobody need wait for it: a resolver asks again.
    pub fn start(folder: &Path) -> Result<Self> {
        let mut arguments = vec!["-n".to_owned(), "-b".to_owned(), format!("{ADDRESS}/{PORT}")];
        arguments.extend(["-w".to_owned(), folder.display().to_string()]);
        for list in LISTS {
            fs::write(folder.join(list.zone), list.file())?;
            arguments.push(format!("{zone}:ip4set:{zone}", zone = list.zone));
        }
        let hint = "Debian has it: apt-get install rbldnsd";
        let server =
            ServerProcess::start("rbldnsd", Path::new(RBLDNSD), arguments, folder.join("rbldnsd.log"), hint)?;
        Ok(Self(server))
    }
}

// === impl DnsList ===

impl DnsList {
    /// In rbldnsd's format `ip4set`.
    fn file(&self) -> String {
        let head =
            format!("$SOA 300 ns.invalid. hostmaster.invalid. 1 600 300 86400 300\n:{}:\n", self.answer);
        self.entries.concat().iter().fold(head, |file, entry| format!("{file}{entry}\n"))
    }
}

/// The lines of unbound.conf that lead there.
pub fn names() -> String {
    let zones = LISTS.map(|list| format!("  local-zone: \"{}.\" transparent\n", list.zone)).concat();
    let stub =
        |list: DnsList| format!("stub-zone:\n  name: \"{}.\"\n  stub-addr: {ADDRESS}@{PORT}\n", list.zone);
    zones + &LISTS.map(stub).concat()
}
