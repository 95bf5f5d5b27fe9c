//! Names of lists that seem to have a key in them.

use crate::dnsbl::{DomainName, PublicName, Site, without_key};

/// The shortest label that is taken for a key, in characters. Spamhaus has 26, Abusix 32; no list that is known has a
/// label of letters and digits that is as long.
const KEY_MIN: usize = 16;

/// What a list is called without the key in its name: that of a known vendor, or what looks like one. `None` if there
/// is none.
pub fn name_without_key(list: &DomainName) -> Option<PublicName> {
    without_key(list).or_else(|| {
        let labels: Vec<_> = list.as_str().split('.').collect();
        let key = labels.iter().rposition(|label| is_probable_key(label))?;
        // One label is no list.
        let name = labels.get(key.saturating_add(1)..).filter(|rest| rest.len() > 1)?;
        name.join(".").parse().ok()
    })
}

/// A list with `KEY` in place of a key in its name.
pub(super) fn domain_without_key(list: &DomainName) -> String {
    name_without_key(list).map_or_else(|| list.to_string(), |name| format!("KEY.{name}"))
}

/// An entry as it is written, with `KEY` in place of a key in the name of its list.
pub fn entry_without_key(site: &Site) -> String {
    let entry = site.to_string();
    let rest = entry.strip_prefix(site.domain.as_str()).unwrap_or_default();
    domain_without_key(&site.domain) + rest
}

/// Long, of letters and digits, and of both kinds: as no name is that somebody thought of.
fn is_probable_key(label: &str) -> bool {
    label.len() >= KEY_MIN
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && label.bytes().any(|byte| byte.is_ascii_digit())
        && label.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests;
