//! A policy, and the DNS lists that it asks.
//!
//! Left out, because postscreen is known to do otherwise (`docs/deltas.md`):
//! - A records in 127.255.255.0/24 or outside 127.0.0.0/8 (`error-codes`), and error replies that are known
//!   (`error-replies`);
//! - `dunno` in a rule (`one-access-list`);
//! - `dnsbl_reply_map` (`public-names-in-the-log`);
//! - an empty `greet_banner`: clients could leave while only lists are asked (`hang-up-while-asking`);
//! - `cache_retention_time` (`retention-is-exact`) and `line_length_limit` (`line-length-to-the-byte`).
//!
//! And because Postfix's timers would decide: lists that never answer, and `command_time_limit`.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use fastrand::Rng;
use postscreen_scenario::{DEFAULT_TTL, Fault, Listing, Zone, Zones};
use serde_json::{Map, Value, json};

const ACTIONS: [&str; 3] = ["ignore", "enforce", "drop"];
const LISTS: [&str; 3] = ["bl.test", "wl.test", "mix.test"];
const FILTERS: [&str; 5] = ["", "=127.0.0.2", "=127.0.0.[2..4]", "=127.0.[0;2].[3;5..9]", "=127.0.0.9"];
const RECORDS: [Ipv4Addr; 5] = [
    Ipv4Addr::new(127, 0, 0, 2),
    Ipv4Addr::new(127, 0, 0, 3),
    Ipv4Addr::new(127, 0, 0, 10),
    Ipv4Addr::new(127, 0, 2, 5),
    Ipv4Addr::new(127, 1, 0, 2),
];
const KEYWORDS: [&str; 7] = ["dsn", "etrn", "pipelining", "size", "smtputf8", "silent-discard", "vrfy"];
const FOOTERS: [&str; 3] = ["Ask us.", "\\c; see example.test", "; client ${client_address}"];

/// One of several.
pub(super) fn one<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

/// Once in so many times.
pub(super) fn once_in(rng: &mut Rng, times: u8) -> bool {
    rng.u8(..times) == 0
}

/// A policy for clients of these addresses, with short waits.
pub(super) fn policy(rng: &mut Rng, addresses: &[IpAddr]) -> Map<String, Value> {
    let mut policy = Map::new();
    let mut set = |name: &str, value: Value| _ = policy.insert(name.to_owned(), value);
    set("greet_wait", json!(one(rng, &["1s", "1s", "2s"])));
    set("greet_action", json!(one(rng, &ACTIONS)));
    for test in ["pipelining", "non_smtp_command", "bare_newline"] {
        if once_in(rng, 3) {
            set(&format!("{test}_enable"), json!(true));
        }
        if rng.bool() {
            set(&format!("{test}_action"), json!(one(rng, &ACTIONS)));
        }
    }
    if rng.bool() {
        set("dnsbl_sites", sites(rng));
        set("dnsbl_action", json!(one(rng, &ACTIONS)));
        set("dnsbl_threshold", json!(rng.u8(1..=4)));
        if rng.bool() {
            set("dnsbl_allowlist_threshold", json!(-rng.i8(1..=3)));
        }
    }
    if once_in(rng, 4) {
        set("access_list", rules(rng, addresses));
        set("denylist_action", json!(one(rng, &ACTIONS)));
    }
    if once_in(rng, 8) {
        set("allowlist_interfaces", json!([one(rng, &["192.0.2.77", "!198.51.100.25", "198.51.100.25"])]));
    }
    if once_in(rng, 5) {
        set("command_count_limit", json!(rng.u8(1..=6)));
    }
    if once_in(rng, 5) {
        set("reject_footer", json!(one(rng, &FOOTERS)));
    }
    if once_in(rng, 5) {
        set("discard_ehlo_keywords", json!([one(rng, &KEYWORDS), one(rng, &KEYWORDS)]));
    }
    for name in ["soft_bounce", "helo_required", "disable_vrfy_command"] {
        if once_in(rng, 5) {
            set(name, json!(true));
        }
    }
    for name in ["respectful_logging", "smtputf8_enable"] {
        if once_in(rng, 6) {
            set(name, json!(false));
        }
    }
    policy
}

fn sites(rng: &mut Rng) -> Value {
    let entries = (0..rng.usize(1..=3)).map(|_| {
        let weight = one(rng, &["", "", "*2", "*3", "*-1", "*-2", "*-4"]);
        json!(format!("{}{}{weight}", one(rng, &LISTS), one(rng, &FILTERS)))
    });
    Value::Array(entries.collect())
}

fn rules(rng: &mut Rng, addresses: &[IpAddr]) -> Value {
    let rules = (0..rng.usize(1..=3)).map(|_| match rng.u8(..6) {
        0 => json!("permit_mynetworks"),
        1 => json!(one(rng, &["reject", "permit", "dunno"])),
        _ => {
            json!({ "cidr": one(rng, addresses), "action": one(rng, &["permit", "reject"]) })
        }
    });
    Value::Array(rules.collect())
}

/// What the lists say about the addresses.
pub(super) fn zones(rng: &mut Rng, addresses: &[IpAddr]) -> Zones {
    let zone = |rng: &mut Rng| {
        if once_in(rng, 10) {
            return Zone::Fault(Fault::Servfail);
        }
        let seconds = |rng: &mut Rng| one(rng, &[DEFAULT_TTL, Duration::from_secs(90)]);
        let (ttl, soa_ttl) = (seconds(rng), seconds(rng));
        let mut listed = std::collections::BTreeMap::new();
        for address in addresses {
            if rng.bool() {
                let mut records: Vec<_> = (0..rng.usize(1..=2)).map(|_| one(rng, &RECORDS)).collect();
                records.dedup();
                listed.insert(*address, records);
            }
        }
        Zone::Listing(Listing { ttl, soa_ttl, listed, ..Listing::default() })
    };
    LISTS.into_iter().map(|name| (name.to_owned(), zone(rng))).collect()
}
