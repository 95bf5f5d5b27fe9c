//! What the EHLO reply offers.

use super::Smtpd;
use crate::policy::{EhloKeyword, Policy};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::IpAddr;

/// The order in which postscreen logs what it leaves out.
const LOG_ORDER: [EhloKeyword; 13] = [
    EhloKeyword::EightBitMime,
    EhloKeyword::Auth,
    EhloKeyword::Etrn,
    EhloKeyword::Pipelining,
    EhloKeyword::Size,
    EhloKeyword::Vrfy,
    EhloKeyword::Xclient,
    EhloKeyword::Xforward,
    EhloKeyword::Starttls,
    EhloKeyword::Enhancedstatuscodes,
    EhloKeyword::Dsn,
    EhloKeyword::Smtputf8,
    EhloKeyword::Chunking,
];

impl Smtpd {
    /// Chooses what this client does not get to see, logs it if that is special to this client, and returns the reply.
    pub(super) fn offer(&mut self) -> String {
        let general: BTreeSet<EhloKeyword> = self.policy.discard_ehlo_keywords.iter().copied().collect();
        let special = special(&self.policy, self.client.ip()).filter(|special| *special != general);
        if let Some(special) = &special
            && !special.is_empty()
            && !special.contains(&EhloKeyword::SilentDiscard)
        {
            let names = LOG_ORDER.iter().filter(|keyword| special.contains(keyword));
            let names: Vec<&str> = names.map(|keyword| keyword.as_str()).collect();
            let (address, port) = (self.client.ip(), self.client.port());
            // No colon before the port: as in postscreen.
            let text = format!("[{address}]{port}: discarding EHLO keywords: {}", names.join(" "));
            self.log(text.as_bytes());
        }
        self.discarded = special.unwrap_or(general);
        reply(&self.policy, &self.discarded)
    }
}

/// The keywords that `discard_ehlo_keyword_address_maps` names for this client, if it says anything about it.
fn special(policy: &Policy, client: IpAddr) -> Option<BTreeSet<EhloKeyword>> {
    let rule = policy.discard_ehlo_keyword_address_maps.iter().find(|rule| rule.cidr.matches(client))?;
    Some(rule.keywords.iter().copied().collect())
}

fn reply(policy: &Policy, discarded: &BTreeSet<EhloKeyword>) -> String {
    let size = match policy.message_size_limit {
        0 => EhloKeyword::Size.as_str().to_owned(),
        limit => format!("{} {limit}", EhloKeyword::Size),
    };
    let offers = [
        (EhloKeyword::Size, true),
        (EhloKeyword::Vrfy, !policy.disable_vrfy_command),
        (EhloKeyword::Etrn, true),
        (EhloKeyword::Enhancedstatuscodes, true),
        (EhloKeyword::EightBitMime, true),
        (EhloKeyword::Dsn, true),
        (EhloKeyword::Smtputf8, policy.smtputf8_enable),
        (EhloKeyword::Chunking, true),
    ];
    let mut lines = vec![policy.myhostname.as_str()];
    for (keyword, _) in offers.into_iter().filter(|(keyword, on)| *on && !discarded.contains(keyword)) {
        lines.push(if keyword == EhloKeyword::Size { &size } else { keyword.as_str() });
    }
    let last = lines.len().saturating_sub(1);
    let mut reply = String::new();
    for (index, line) in lines.into_iter().enumerate() {
        let dash = if index == last { ' ' } else { '-' };
        // Writing to a String cannot fail.
        _ = write!(reply, "250{dash}{line}\r\n");
    }
    reply
}
