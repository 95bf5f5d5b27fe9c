//! Patterns of addresses: `^192\.0\.2\.` is 192.0.2.0/24, `^192\.0\.2\.7$` one address, and `.` everybody.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use super::syntax::Pattern;
use crate::addresses::Addresses;

/// The network whose addresses a pattern matches as they are written, as one pattern of ours if there is one, and its
/// addresses. `None`: it may be about others, too.
pub fn network(pattern: &Pattern) -> Option<(Option<String>, Addresses)> {
    if pattern.extended {
        return None;
    }
    if matches!(pattern.text.as_str(), "" | "." | ".*" | ".+" | "^" | "^.*" | "^.*$" | "^.+$") {
        return (!pattern.negated).then(|| (None, Addresses::all()));
    }
    let network = ipv4(&pattern.text)?;
    Some(if pattern.negated {
        // `!` is about all others of both families.
        (None, Addresses::all().minus(&Addresses::of(network)))
    } else {
        (Some(network.to_string()), Addresses::of(network))
    })
}

/// `^` and one to three numbers with an escaped dot behind each, or four numbers and `$`.
fn ipv4(pattern: &str) -> Option<IpNet> {
    let text = pattern.strip_prefix('^').or_else(|| pattern.strip_prefix(r"\A"))?;
    let (text, whole) = match text.strip_suffix('$') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut numbers: Vec<_> = text.replace("[.]", r"\.").split(r"\.").map(str::to_owned).collect();
    if !whole && !numbers.pop()?.is_empty() {
        return None;
    }
    let octets: Vec<u8> = numbers.iter().map(|number| number.parse().ok()).collect::<Option<_>>()?;
    // As Postfix writes addresses.
    let plain = octets.iter().zip(&numbers).all(|(octet, number)| octet.to_string() == *number);
    let length = u8::try_from(octets.len())
        .ok()
        .filter(|&length| (1..=4).contains(&length) && (length == 4) == whole)?;
    let mut address = [0; 4];
    address.iter_mut().zip(octets).for_each(|(to, octet)| *to = octet);
    let network = Ipv4Net::new(Ipv4Addr::from(address), length * 8).ok()?;
    plain.then_some(network.into())
}
