//! What clients, lists and configurations say: a few of each kind, likely and unlikely ones.

use crate::policy::Policy;
use crate::session::EARLY_MAX;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// Buckets that the policies know at most.
pub const BUCKETS_MAX: u32 = 3;
/// Limits and names, each of which may take a key.
pub const OTHER_KEYS_MAX: usize = 3 + 4 + 4;

const POLICIES: &[&str] = &[
    r#"{"greet_action": "enforce", "dnsbl_sites": ["a.test", "b.test*2"], "dnsbl_action": "enforce",
        "record_enable": true, "dnsbl_threshold": 2, "dnsbl_early_verdict_enable": true, "dnsbl_reason_enable": true,
        "dnsbl_trial_sites": ["c.test*-5"],
        "cache": {"buckets": 1}, "client_connection_count_limit": 3, "pre_queue_limit": 10}"#,
    r#"{"greet_action": "drop", "dnsbl_sites": ["b.test*3", "c.test*-2"], "dnsbl_action": "drop",
        "dnsbl_allowlist_threshold": -1, "cache": {"buckets": 3}, "post_queue_limit": 5, "pre_queue_limit": 20,
        "record_enable": true, "dnsbl_timeout": "1s", "dnsbl_reply_map": {"b.test": "secret"},
        "dnsbl_frugal_enable": true, "dnsbl_reason_enable": true}"#,
    r#"{"record_enable": true, "record_mailboxes": false,
        "greet_action": "ignore", "pipelining_enable": true, "non_smtp_command_enable": true,
        "bare_newline_enable": true, "bare_newline_action": "enforce", "cache": {"buckets": 1},
        "dnsbl_trial_sites": ["a.test"], "trial_tests": ["pipelining"],
        "command_count_limit": 5, "reject_footer": "\\c. Call $client_address", "pre_queue_limit": 0}"#,
    r#"{"upstream_proxy_protocol": "haproxy", "dnsbl_sites": ["a.test"], "dnsbl_action": "drop",
        "record_enable": true, "soft_bounce": true, "cache": {"buckets": 3}, "client_connection_count_limit": 2,
        "pre_queue_limit": 0, "post_queue_limit": 0, "cache_retention_time": "1m"}"#,
    r#"{"access_list": [{"cidr": "203.0.113.0/30", "action": "reject"}, {"cidr": "203.0.113.4", "action": "permit"}],
        "denylist_action": "enforce", "greet_banner": "", "dnsbl_sites": ["a.test", "b.test", "c.test"],
        "dnsbl_frugal_enable": true, "dnsbl_early_verdict_enable": true, "client_ipv4_prefix_length": 31,
        "cache": {"buckets": 1}, "pre_queue_limit": 10, "post_queue_limit": 5, "greet_ttl": "1s"}"#,
    r#"{"access_list": [{"cidr": "203.0.113.0/31", "action": "reject"}], "denylist_action": "drop",
        "allowlist_interfaces": ["!198.51.100.2", "0.0.0.0/0", "::/0"], "greet_wait": "${stress?{1}:{90}}s",
        "dnsbl_sites": ["a.test"], "dnsbl_watch_enable": false, "dnsbl_change_voids_passes": false,
        "client_ipv6_prefix_length": 128, "record_enable": true, "cache": {"buckets": 2}, "pre_queue_limit": 10000}"#,
];

const LINES: &[&[u8]] = &[
    b"EHLO client.example\r\n",
    b"HELO x\r\n",
    b"MAIL FROM:<a@b.example>\r\n",
    b"RCPT TO:<c@d.example>\r\n",
    b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nQUIT\r\n",
    b"DATA\r\n",
    b"QUIT\r\n",
    b"NOOP",
    b"GET / HTTP/1.1\r\n",
    b"Subject: x\r\n",
    b"NOOP\n",
    b"RSET\r\nRSET\r\nRSET\r\nRSET\r\nRSET\r\nRSET\r\nRSET\r\nRSET\r\n",
    b"RCPT TO:<\xff\x80\x07>\r\n",
    b"\r\n",
    b"",
];

/// All policies.
pub fn policies() -> Vec<Arc<Policy>> {
    POLICIES.iter().map(|json| Arc::new(Policy::parse(json.as_bytes()).expect("a valid policy"))).collect()
}

/// Those that clients come from.
pub fn clients() -> Vec<IpAddr> {
    let v4 = (0..6).map(|number| IpAddr::from([203, 0, 113, number]));
    let v6 = (1..3).map(|number| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, number]));
    v4.chain(v6).collect()
}

/// A client and the server that it came to.
pub fn endpoints(random: &mut fastrand::Rng, clients: &[IpAddr]) -> (SocketAddr, SocketAddr) {
    let client = match clients[random.usize(..clients.len())] {
        IpAddr::V4(client) if random.u8(..8) == 0 => IpAddr::V6(client.to_ipv6_mapped()),
        client => client,
    };
    let server = if client.is_ipv4() {
        IpAddr::V4(Ipv4Addr::new(198, 51, 100, random.u8(1..3)))
    } else {
        IpAddr::V6(Ipv6Addr::LOCALHOST)
    };
    (SocketAddr::new(client, random.u16(1_000..1_010)), SocketAddr::new(server, 25))
}

/// What a client sends at once.
pub fn bytes(random: &mut fastrand::Rng, clients: &[IpAddr]) -> Vec<u8> {
    match random.u32(..200) {
        0..120 => LINES[random.usize(..LINES.len())].to_vec(),
        120..150 => proxy_header(random, clients),
        150..198 => (0..random.usize(..60)).map(|_| random.u8(..)).collect(),
        // About as much as a client may say early.
        _ => vec![random.u8(..); EARLY_MAX - 20 + random.usize(..40)],
    }
}

fn proxy_header(random: &mut fastrand::Rng, clients: &[IpAddr]) -> Vec<u8> {
    let (client, server) = endpoints(random, clients);
    let family = if client.is_ipv4() { "TCP4" } else { "TCP6" };
    let (from, to) = (client.ip(), server.ip());
    let mut header =
        format!("PROXY {family} {from} {to} {} {}\r\n", client.port(), server.port()).into_bytes();
    match random.u8(..8) {
        0 => header.truncate(random.usize(..header.len())),
        1 => header[6 + random.usize(..20)] = random.u8(..),
        2 => header.extend_from_slice(b"EHLO eager\r\n"),
        _ => {}
    }
    header
}

/// A list's answer to a question, both in wire format; a lie now and then.
pub fn dns_answer(random: &mut fastrand::Rng, question: &[u8]) -> Vec<u8> {
    let mut answer = question.to_vec();
    // A response, recursion available.
    answer[2] |= 0x80;
    answer[3] |= 0x80;
    let addresses = match random.u8(..10) {
        0..4 => 0,
        4..9 => 1,
        _ => random.u8(..80),
    };
    if addresses == 0 {
        answer[3] |= 3;
    }
    answer[7] = addresses;
    let ttl = [0, 1, 30, 60, 300, u32::MAX][random.usize(..6)];
    for _ in 0..addresses {
        answer.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1]);
        answer.extend_from_slice(&ttl.to_be_bytes());
        let address = if random.u8(..16) == 0 { [127, 255, 255, 254] } else { [127, 0, 0, random.u8(1..4)] };
        answer.extend_from_slice(&[0, 4]);
        answer.extend_from_slice(&address);
    }
    match random.u8(..16) {
        0 => answer.truncate(random.usize(..answer.len())),
        1 => {
            let place = random.usize(..answer.len());
            answer[place] = random.u8(..);
        }
        2 => answer[2] |= 2,
        _ => {}
    }
    answer
}
