//! Who sends, from where and under what name.

use std::fmt;
use std::net::Ipv4Addr;

use relay_suite::machine::{DOMAIN, SERVER_IP};

/// The mail server of [`DOMAIN`], by name: mail servers ask DNS for it, and the others are told.
pub(super) const MX: &str = "mx.example.org";
/// Below it are the names of the senders.
const SENDERS_DOMAIN: &str = "sender.example";

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

/// What the resolver has to know about the senders and about where they send to, as lines of unbound.conf(5).
pub fn names() -> String {
    let own = Sender::ALL.map(|sender| {
        let (name, address) = (sender.helo(), sender.address());
        format!("  local-data: \"{name}. A {address}\"\n  local-data-ptr: \"{address} {name}\"\n")
    });
    format!(
        r#"  local-zone: "{DOMAIN}." static
  local-data: "{DOMAIN}. MX 10 {MX}."
  local-data: "{MX}. A {SERVER_IP}"
  local-zone: "{SENDERS_DOMAIN}." static
  local-zone: "113.0.203.in-addr.arpa." static
{}"#,
        own.concat()
    )
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

#[cfg(test)]
mod tests;
