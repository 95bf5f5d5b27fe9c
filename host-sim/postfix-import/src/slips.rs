//! Slips in networks, and what was meant. Nothing is ever guessed that holds `::1`, IPv4 in IPv6, or a large part of
//! the world: whoever takes a guess for the truth must not permit everybody.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};
use postscreen_engine::access::{Pattern, PatternError};

use crate::files::entries;

/// What was expected in place of an entry, with a guess if there is one.
pub fn expected(plain: &str, reason: &PatternError) -> String {
    let reason = without_guess(reason);
    meant(plain).map_or_else(|| reason.clone(), |meant| format!("{reason}; {}", did_you_mean(&meant)))
}

/// The reason without the engine's guess: the network without its host bits need not be what was meant.
pub fn without_guess(reason: &PatternError) -> String {
    match reason {
        PatternError::Form(error) => error.to_string(),
        PatternError::HostBits(_) => "expected no host bits after the prefix".to_owned(),
    }
}

/// A guess in words. Postfix wants brackets around IPv6.
pub fn did_you_mean(meant: &str) -> String {
    if meant.contains(':') {
        format!("did you mean {meant} (in main.cf {})?", in_brackets(meant))
    } else {
        format!("did you mean {meant}?")
    }
}

/// `[fd00::]/8`
pub fn in_brackets(network: &str) -> String {
    match network.split_once('/') {
        Some((address, length)) => format!("[{address}]/{length}"),
        None => format!("[{network}]"),
    }
}

/// What was meant by an entry that is no network: the first that can be one.
pub fn meant(plain: &str) -> Option<String> {
    let plain = plain.replace(['[', ']'], "").trim_end_matches([';', '.']).to_owned();
    if plain.contains(';') {
        let parts: Vec<_> = plain.split(';').filter(|part| !part.is_empty()).collect();
        return parts.iter().all(|part| is_safe(part)).then(|| parts.join(", "));
    }
    let (address, length) = plain.split_once('/').unwrap_or((&plain, ""));
    let candidates = if address.contains(':') { ipv6(address, length) } else { ipv4(address, length) };
    candidates.into_iter().find(|network| is_safe(network))
}

/// With zeros behind the first group in place of before it; with the host bits taken away; with the prefix that is
/// missing.
fn ipv6(address: &str, length: &str) -> Vec<String> {
    let mut candidates = Vec::new();
    let (group, rest) = address.split_once(':').unwrap_or((address, ""));
    let padded = format!("{group:0<4}:{rest}");
    if let Ok(network) = format!("{address}/{length}").parse::<Ipv6Net>() {
        candidates.push(format!("{padded}/{length}"));
        candidates.push(network.trunc().to_string());
    } else if length.is_empty() {
        // Unique local and link-local networks have one length.
        let known = [("fd00::", 8), ("fc00::", 7), ("fe80::", 10)];
        let known = known.into_iter().filter(|(network, _)| *network == address || *network == padded);
        candidates.extend(known.map(|(network, length)| format!("{network}/{length}")));
    }
    candidates
}

/// With the digit that is missing from the prefix; with the host bits taken away; with the numbers that are missing.
fn ipv4(address: &str, length: &str) -> Vec<String> {
    let mut numbers: Vec<_> = address.split('.').filter(|number| !number.is_empty()).collect();
    let bits = |numbers: usize| 8 * numbers;
    let given = numbers.len();
    if !(1..=4).contains(&given) || numbers.iter().any(|number| number.parse::<u8>().is_err()) {
        return Vec::new();
    }
    numbers.resize(4, "0");
    let whole = numbers.join(".");
    let with = |length: usize| format!("{whole}/{length}");
    let mut candidates = Vec::new();
    match length.parse::<usize>() {
        Ok(digit @ 1..=3) => {
            // Most networks end where a number does.
            let (whole, others): (Vec<_>, Vec<_>) =
                (10 * digit..10 * digit + 10).partition(|length| length.is_multiple_of(8));
            candidates.extend(whole.into_iter().chain(others).map(with));
        }
        Ok(_) => {}
        // Up to the last number that is not 0; a whole address without a slash is none of a network.
        Err(_) => {
            let last = numbers.iter().rposition(|&number| number != "0").map_or(0, |at| at + 1);
            let last = if given < 4 { given.max(last) } else { last };
            candidates.extend((bits(last)..=32).step_by(8).map(with));
        }
    }
    if let Ok(network) = format!("{whole}/{length}").parse::<IpNet>() {
        candidates.push(network.trunc().to_string());
    }
    candidates
}

/// The shortest prefixes that are guessed: what is shorter holds more than anybody has.
const IPV4_PREFIX_MIN: u8 = 8;
const IPV6_PREFIX_MIN: u8 = 7;

/// Whether this is a network that may be guessed.
fn is_safe(network: &str) -> bool {
    let Ok(pattern) = network.parse::<Pattern>() else { return false };
    let Ok(network) = pattern.to_string().parse::<IpNet>() else { return false };
    let never: [IpAddr; 3] = [
        Ipv6Addr::LOCALHOST.into(),
        Ipv4Addr::UNSPECIFIED.to_ipv6_mapped().into(),
        Ipv4Addr::UNSPECIFIED.into(),
    ];
    let long_enough = match network {
        IpNet::V4(network) => network.prefix_len() >= IPV4_PREFIX_MIN,
        IpNet::V6(network) => network.prefix_len() >= IPV6_PREFIX_MIN,
    };
    long_enough && !never.iter().any(|address| network.contains(address))
}

/// Entries of a list that are one network with a blank or a comma in it, such as `f d00::/8`, `10.0.0.0 /8` and
/// `10,0.0.0/8`: what they are together, by either half.
pub struct Slips(BTreeMap<String, (String, bool)>);

impl Slips {
    pub fn of(list: &str) -> Self {
        let mut torn = BTreeMap::new();
        for pair in entries(list).windows(2) {
            let &[first, second] = pair else { continue };
            if !is_half(first) && !second.starts_with('/') || first.contains('/') {
                continue;
            }
            let whole =
                ["", "."].map(|between| [first, between, second].concat()).into_iter().find(|it| is_safe(it));
            if let Some(whole) = whole.filter(|_| !is_network_file(second)) {
                torn.insert(second.to_owned(), (whole.clone(), false));
                torn.insert(first.to_owned(), (whole, true));
            }
        }
        Self(torn)
    }

    /// The network that an entry is a half of.
    pub fn torn(&self, entry: &str) -> Option<&str> {
        self.0.get(entry).map(|(whole, _)| whole.as_str())
    }

    /// Whether it is the first half.
    pub fn begins(&self, entry: &str) -> bool {
        self.0.get(entry).is_some_and(|&(_, first)| first)
    }
}

/// Whether an entry says nothing by itself: a few digits, or an address that is cut short.
fn is_half(entry: &str) -> bool {
    let digits = entry.chars().all(|c| c.is_ascii_hexdigit() || ".:[]".contains(c));
    digits && entry.parse::<Pattern>().is_err()
}

/// Whether an entry that begins with a slash is the path of a file, and no prefix.
fn is_network_file(entry: &str) -> bool {
    entry.strip_prefix('/').is_some_and(|rest| rest.parse::<u8>().is_err())
}

#[cfg(test)]
mod tests;
