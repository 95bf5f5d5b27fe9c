//! Log lines: compared per client address, because lines of different clients may come in any order.
//!
//! Within one address the lines are exact and in order, except that
//! - ports and the server's address are placeholders, `PORT` and `SERVER`;
//! - `after T` may be off by the host's tolerance;
//! - `addr … listed by domain …` lines are compared as a set of their own, because lists answer in any order.
//!
//! A line that names no client (a warning about a list, say) has no place in any order, and a host may log it once
//! per worker: where the story has it, it must occur.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use super::{Difference, Transcript, diff};
use crate::story::Scenario;

/// The lines of one address.
#[derive(Default)]
struct Lines {
    ordered: Vec<String>,
    listings: Vec<String>,
}

pub(super) fn differences(
    scenario: &Scenario,
    transcript: &Transcript,
    tolerance: Duration,
) -> Vec<Difference> {
    let Some(expected) = &scenario.log else { return Vec::new() };
    let (expected, expected_general) = by_address(expected);
    let (seen, seen_general) = by_address(&transcript.log);
    let mut addresses: Vec<_> = scenario.clients.values().map(|client| client.from).collect();
    addresses.extend(expected.keys().chain(seen.keys()));
    addresses.sort_unstable();
    addresses.dedup();

    let none = Lines::default();
    let mut all = Vec::new();
    for address in addresses {
        let expected = expected.get(&address).unwrap_or(&none);
        let seen = seen.get(&address).unwrap_or(&none);
        let in_time = forgive_times(&expected.ordered, &seen.ordered, tolerance);
        all.extend(diff(format!("log of {address}"), &expected.ordered, &in_time));
        all.extend(diff(format!("listings of {address} in the log"), &expected.listings, &seen.listings));
    }
    let found: Vec<_> = expected_general.iter().filter(|line| seen_general.contains(line)).cloned().collect();
    all.extend(diff("log lines without a client", &expected_general, &found));
    all
}

fn by_address(lines: &[String]) -> (BTreeMap<IpAddr, Lines>, Vec<String>) {
    let mut addresses = BTreeMap::<_, Lines>::new();
    let mut general = Vec::new();
    for line in lines {
        if let Some(address) = listed_address(line) {
            addresses.entry(address).or_default().listings.push(line.clone());
        } else if let Some((address, line)) = with_placeholders(line) {
            addresses.entry(address).or_default().ordered.push(line);
        } else {
            general.push(line.clone());
        }
    }
    for lines in addresses.values_mut() {
        lines.listings.sort_unstable();
    }
    (addresses, general)
}

/// The client of `addr A listed by domain D as R`.
fn listed_address(line: &str) -> Option<IpAddr> {
    let (address, rest) = line.strip_prefix("addr ")?.split_once(' ')?;
    if rest.starts_with("listed by domain ") { address.parse().ok() } else { None }
}

/// The line's first address in brackets and the line with its ports replaced, also the server's in a CONNECT line.
/// The client comes before any text of its own, so it cannot lead this astray.
fn with_placeholders(line: &str) -> Option<(IpAddr, String)> {
    let (before, rest) = line.split_once('[')?;
    let (address, rest) = rest.split_once(']')?;
    let address: IpAddr = address.parse().ok()?;
    let Some(rest) = rest.strip_prefix(':') else {
        // `[A]P: discarding EHLO keywords: …`: postscreen leaves out the colon there.
        let rest = without_port(rest).strip_prefix(": discarding EHLO keywords: ")?;
        return Some((address, format!("{before}[{address}]PORT: discarding EHLO keywords: {rest}")));
    };
    let rest = without_port(rest);
    if before == "CONNECT from " {
        // `[S]:SP`, or the story's `[SERVER]:25`.
        let server = rest.strip_prefix(" to [").and_then(|rest| rest.split_once("]:"));
        if let Some((_, port)) = server {
            return Some((address, format!("{before}[{address}]:PORT to [SERVER]:{port}")));
        }
    }
    Some((address, format!("{before}[{address}]:PORT{rest}")))
}

/// What follows a port number or the placeholder.
fn without_port(rest: &str) -> &str {
    rest.strip_prefix("PORT").unwrap_or_else(|| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// The seen lines; where only the time differs from the expected line in the same place, and not too much, the line
/// is the expected one.
fn forgive_times(expected: &[String], seen: &[String], tolerance: Duration) -> Vec<String> {
    let mut seen = seen.to_vec();
    for (seen, expected) in seen.iter_mut().zip(expected) {
        if let (Some(a), Some(b)) = (Timed::of(seen), Timed::of(expected))
            && (a.before, a.after) == (b.before, b.after)
            && (a.seconds - b.seconds).abs() <= tolerance.as_secs_f64() + f64::EPSILON
        {
            seen.clone_from(expected);
        }
    }
    seen
}

/// A line with a time: `PREGREET 13 after 0.5 from …`, `HANGUP after 2 from …`.
struct Timed<'a> {
    before: &'a str,
    seconds: f64,
    after: &'a str,
}

// === impl Timed ===

impl<'a> Timed<'a> {
    fn of(line: &'a str) -> Option<Self> {
        if !line.starts_with("PREGREET ") && !line.starts_with("HANGUP ") {
            return None;
        }
        let (before, rest) = line.split_once(" after ")?;
        let (seconds, after) = rest.split_once(' ')?;
        Some(Self { before, seconds: seconds.parse().ok()?, after })
    }
}

#[cfg(test)]
mod tests;
