//! What to call a list in words that anybody may read: its domain may hold a secret key.

use super::pair::Pair;
use crate::advice::name_without_key;
use crate::dnsbl::{DomainName, without_key};

/// As clients and logs see it: the name in one of the reply maps, the newer first, else the domain without what is, or
/// looks like, a key. Names above and below one with another name in a reply map have a part of the key, too.
pub fn name(pair: Pair<'_>, list: &DomainName) -> String {
    let maps = [&pair.new.dnsbl_reply_map, &pair.old.dnsbl_reply_map];
    if let Some(name) = maps.iter().find_map(|map| map.get(list)) {
        return name.to_string();
    }
    let related = maps.iter().flat_map(|map| map.iter()).find_map(|(mapped, name)| {
        if list.is_within(mapped.as_str()) {
            return Some(format!("a name below {name}"));
        }
        let public = [Some(name.to_string()), without_key(mapped).map(|name| name.to_string())];
        let is_public = public.into_iter().flatten().any(|name| is_within(&name, list.as_str()));
        (mapped.is_within(list.as_str()) && !is_public).then(|| format!("a name above {name}"))
    });
    related
        .or_else(|| name_without_key(list).map(|name| name.to_string()))
        .unwrap_or_else(|| list.to_string())
}

fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests;
