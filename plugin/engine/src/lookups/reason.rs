//! Why a list has a client: its TXT record beside the listing (RFC 5782, section 2.1), for the client to read.

use crate::dns::{Kind, Name, Question, Record};
use crate::dnsbl::Zone;
use crate::io::DnsFailure;
use crate::reply::REPLY_LINE_MAX;
use std::net::IpAddr;

/// A part of a list's domain of so many letters may be a secret key.
const KEY_LEN_MIN: usize = 8;

/// What is known of a list's reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// The list that was asked.
    pub list: usize,
    /// What it said; `None`: nothing yet.
    pub said: Option<Said>,
}

/// Printable ASCII, at most as much as fits into a reply line; `None`: nothing of use.
pub(super) type Said = Option<String>;

/// The question why `zone` has `client`.
pub(super) fn question(zone: &Zone, client: IpAddr) -> Option<Question> {
    let address = Name::of_address(client);
    let mut labels: Vec<_> = address.labels().map(String::from_utf8_lossy).collect();
    // Without `in-addr.arpa` or `ip6.arpa`.
    labels.truncate(labels.len().saturating_sub(2));
    let name = format!("{}.{}", labels.join("."), zone.domain.as_str());
    Some(Question { name: name.parse().ok()?, kind: Kind::Txt })
}

/// What the answer says.
pub(super) fn read(zone: &Zone, client: IpAddr, answer: Result<&[u8], DnsFailure>) -> Said {
    let answer = question(zone, client)?.parse_answer(answer.ok()?).ok()?;
    let text = answer.records.iter().find_map(|record| match record {
        Record::Txt(text) if !text.is_empty() => Some(text),
        _ => None,
    })?;
    let shown = |&byte: &u8| if (b' '..=b'~').contains(&byte) { char::from(byte) } else { '?' };
    let text: String = text.iter().take(REPLY_LINE_MAX).map(shown).collect();
    (!tells_a_secret(zone, &text)).then_some(text)
}

/// Whether a text has a part of a list's name that `dnsbl_reply_map` hides.
fn tells_a_secret(zone: &Zone, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let public = zone.public_name.as_str();
    let hidden = |label: &&str| label.len() >= KEY_LEN_MIN && !public.contains(label);
    zone.domain.as_str().split('.').filter(hidden).any(|label| text.contains(label))
}

#[cfg(test)]
mod tests;
