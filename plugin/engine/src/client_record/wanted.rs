//! What a client came for.

use super::said::Said;
use crate::line::printable;
use crate::smtpd::command::{Command, Verb, extract, quote};
use serde::{Deserialize, Serialize};

/// The most recipients that are named.
pub const RECIPIENTS_MAX: usize = 16;
/// The most characters of a name or an address: those of the longest address (RFC 5321, section 4.5.3.1.3).
pub const WANTED_MAX: usize = 254;

/// What a client came for, as far as it was seen: printable ASCII, with `?` for every other byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Wanted {
    /// The last name in EHLO or HELO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helo: Option<String>,
    /// The last sender; empty for a notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The recipients of all mails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// How many more recipients there were.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub more_recipients: u32,
}

impl Wanted {
    /// As it follows from what was said.
    pub(crate) fn of(said: &Said) -> Self {
        let mut wanted = Self::default();
        for line in said.lines() {
            wanted.take(&Command::parse(line));
        }
        wanted
    }

    fn take(&mut self, command: &Command<'_>) {
        let mailbox = |text| printable(&quote(&extract(text)), WANTED_MAX);
        match (command.verb, command.argument(), command.behind_colon()) {
            (Some(Verb::Helo | Verb::Ehlo), Some(name), _) => self.helo = Some(printable(name, WANTED_MAX)),
            (Some(Verb::Mail), _, Some(sender)) => self.sender = Some(mailbox(sender)),
            (Some(Verb::Rcpt), _, Some(_)) if self.recipients.len() >= RECIPIENTS_MAX => {
                self.more_recipients = self.more_recipients.saturating_add(1);
            }
            (Some(Verb::Rcpt), _, Some(recipient)) => self.recipients.push(mailbox(recipient)),
            _ => {}
        }
    }
}
