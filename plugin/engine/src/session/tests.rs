//! A session as a story: what goes in, and all that comes out, line by line.

mod certain;
mod early;
mod frugal;
mod invariants;
mod limits;
mod passes;
mod reason;
mod spf;
mod starttls;
mod trials;
mod visit;

use crate::record::Record;
use visit::{Says, Visit};

const DAY: u64 = 86_400;
/// What the log says of every client first.
const CONNECT: &str = "log CONNECT from [203.0.113.9]:4711 to [198.51.100.1]:25";

#[test]
fn a_polite_new_client_waits_and_is_blessed() {
    let mut visit = Visit::new("{}");
    visit.opens().then(&[CONNECT, "tease 220-localhost ESMTP"]);
    visit.at(5.999).wakes().then(&[]);
    visit.at(6.0).wakes().then(&[
        "log PASS NEW [203.0.113.9]:4711",
        "verdict PASS NEW",
        "dial Backend",
        "remember 1700086406;1;1;1;1",
    ]);
}

#[test]
fn a_known_client_does_not_wait() {
    let mut visit = Visit::new("{}");
    visit.is_known([1_700_000_000, 1, 1, 1, 1]).opens().then(&[
        CONNECT,
        "log PASS OLD [203.0.113.9]:4711",
        "verdict PASS OLD",
        "dial Backend",
    ]);
}

#[test]
fn an_expired_client_renews_and_stays_an_old_one() {
    let mut visit = Visit::new("{}");
    visit.is_known([1_699_999_999, 1, 1, 1, 1]).opens().then(&[CONNECT, "tease 220-localhost ESMTP"]);
    visit.at(6.0).wakes().then(&[
        "log PASS OLD [203.0.113.9]:4711",
        "verdict PASS OLD",
        "dial Backend",
        "remember 1700086406;1;1;1;1",
    ]);
}

#[test]
fn the_refusal_of_a_bad_proxy_header_has_no_footer() {
    let policy =
        r#"{"upstream_proxy_protocol": "haproxy", "reject_footer": "\\c. Bye", "soft_bounce": true}"#;
    let mut visit = Visit::new(policy);
    visit.opens().then(&[]);
    visit.talks(b"PROXY UNKNOWN\r\n").then(&[
        r"log warning: haproxy read: bad or missing protocol type: PROXY UNKNOWN\r\n",
        "dial Nobody",
        "say 421 4.3.2 No system resources",
        "verdict NO RESOURCES",
        "close",
    ]);
    assert!(visit.is_over());
}

#[test]
fn an_early_talker_is_dropped_at_once() {
    let mut visit = Visit::new(r#"{"greet_action": "drop"}"#);
    visit.opens();
    visit.at(0.04).talks(b"EHLO zombie\r\n").then(&[
        r"log PREGREET 13 after 0.04 from [203.0.113.9]:4711: EHLO zombie\r\n",
        "dial Nobody",
        "say 521 5.5.1 Protocol error",
        "verdict PREGREET",
        "log DISCONNECT [203.0.113.9]:4711",
        "close",
    ]);
}

#[test]
fn an_ignored_early_talker_is_served_at_once_but_not_blessed() {
    let mut visit = Visit::new("{}");
    visit.opens();
    visit.at(1.3).talks(b"x").then(&[
        "log PREGREET 1 after 1.3 from [203.0.113.9]:4711: x",
        "verdict PASS",
        "dial Backend",
    ]);
}

#[test]
fn an_ignored_early_talker_waits_for_the_lists_less_whole_seconds() {
    let mut visit = Visit::new(r#"{"dnsbl_sites": ["bl.test"]}"#);
    visit.opens();
    visit.at(1.9).talks(b"x").then(&["log PREGREET 1 after 1.9 from [203.0.113.9]:4711: x"]);
    visit.talks(b"more").then(&[]);
    visit.at(6.899).wakes().then(&[]);
    // 6 s less one whole second, from then on.
    visit.at(6.9).wakes().then(&["verdict PASS", "dial Backend", "remember 0;1700000066;1;1;1"]);
}

#[test]
fn only_what_postscreen_peeks_at_is_counted() {
    for (length, counted) in [(1_022, 1_022), (1_023, 1_023), (1_024, 1_023)] {
        let mut visit = Visit::new("{}");
        visit.opens();
        let line = visit.talks(&vec![b'x'; length]).line(0);
        assert!(line.starts_with(&format!("log PREGREET {counted} after 0 ")), "{line}");
        assert!(line.ends_with(&"x".repeat(100)), "{line}");
    }
}

#[test]
fn bytes_behind_a_proxy_header_are_early_too() {
    let mut visit = Visit::new(r#"{"greet_action": "drop", "upstream_proxy_protocol": "haproxy"}"#);
    visit.opens().then(&[]);
    let header = b"PROXY TCP4 203.0.113.9 198.51.100.1 4711 25\r\n";
    visit.talks(&[&header[..], &[b'a'; 1_000], &[b'b'; 1_000]].concat()).has("PREGREET 1023 after 0 ");
    assert_eq!(visit.line(0), format!("skip {}", header.len()));
    assert_eq!(visit.line(1), CONNECT);
    assert!(visit.is_over());
}

#[test]
fn a_proxy_header_that_does_not_come_is_waited_for() {
    let mut visit = Visit::new(r#"{"upstream_proxy_protocol": "haproxy", "upstream_proxy_timeout": "5s"}"#);
    visit.opens();
    visit.at(4.999).wakes().then(&[]);
    visit.at(5.0).wakes().has("log warning: haproxy read: ");
    visit.has("verdict NO RESOURCES");
    assert!(visit.is_over());
}

#[test]
fn the_access_list_comes_first() {
    let list = r#""access_list": [{"cidr": "203.0.113.0/24", "action": "ACTION"}]"#;
    let mut visit = Visit::new(&format!("{{{}}}", list.replace("ACTION", "permit")));
    visit.opens().then(&[
        CONNECT,
        "log ALLOWLISTED [203.0.113.9]:4711",
        "verdict ALLOWLISTED",
        "dial Backend",
    ]);
    let mut visit =
        Visit::new(&format!(r#"{{{}, "denylist_action": "drop"}}"#, list.replace("ACTION", "reject")));
    visit.opens().then(&[
        CONNECT,
        "log DENYLISTED [203.0.113.9]:4711",
        "dial Nobody",
        "say 521 5.3.2 Service currently unavailable",
        "verdict DENYLISTED",
        "log DISCONNECT [203.0.113.9]:4711",
        "close",
    ]);
    let mut visit = Visit::new(&format!("{{{}}}", list.replace("ACTION", "reject")));
    visit.is_known([u32::MAX, 1, 1, 1, 1]).opens().has("log DENYLISTED [203.0.113.9]:4711");
    visit.has("log PASS OLD");
}

#[test]
fn a_listed_client_is_dropped_at_the_end_of_the_wait() {
    let mut visit =
        Visit::new(r#"{"dnsbl_sites": ["bl.test*2"], "dnsbl_threshold": 2, "dnsbl_action": "drop"}"#);
    visit.opens().then(&[CONNECT, "tease 220-localhost ESMTP", "ask 0"]);
    visit
        .at(0.1)
        .list_says(0, Says::Listed)
        .then(&["log addr 203.0.113.9 listed by domain bl.test as 127.0.0.2"]);
    visit.at(6.0).wakes().then(&[
        "log DNSBL rank 2 for [203.0.113.9]:4711",
        "dial Nobody",
        "say 521 5.7.1 Service unavailable; client [203.0.113.9] blocked using bl.test",
        "verdict DNSBL",
        "log DISCONNECT [203.0.113.9]:4711",
        "close",
    ]);
}

#[test]
fn a_listed_client_with_a_fresh_pregreet_pass_waits_for_the_lists_only() {
    let mut visit = Visit::new(r#"{"dnsbl_sites": ["bl.test"], "dnsbl_action": "drop"}"#);
    visit.is_known([u32::MAX, 1, 1, 1, 1]).opens().then(&[CONNECT, "ask 0"]);
    visit.talks(b"EHLO impatient\r\n").then(&[]);
    visit.at(0.1).list_says(0, Says::Listed).has("say 521 5.7.1");
}

#[test]
fn below_the_threshold_a_listing_is_no_reason() {
    let mut visit =
        Visit::new(r#"{"dnsbl_sites": ["bl.test"], "dnsbl_threshold": 2, "dnsbl_action": "drop"}"#);
    visit.opens();
    visit.list_says(0, Says::Listed);
    visit.at(6.0).wakes().has("log PASS NEW");
}

#[test]
fn an_ignored_listing_is_served_and_its_other_passes_are_kept() {
    let mut visit = Visit::new(r#"{"dnsbl_sites": ["bl.test"]}"#);
    visit.opens();
    visit.list_says(0, Says::Listed);
    visit.at(6.0).wakes().then(&[
        "log DNSBL rank 1 for [203.0.113.9]:4711",
        "verdict PASS",
        "dial Backend",
        "remember 1700086406;0;1;1;1",
    ]);
}

#[test]
fn silent_lists_do_not_count_and_late_ones_come_too_late() {
    let mut visit = Visit::new(r#"{"dnsbl_sites": ["bl.test", "slow.test"], "dnsbl_action": "drop"}"#);
    visit.opens();
    visit.list_says(0, Says::Unlisted);
    visit.at(6.0).wakes().has("log PASS NEW");
    visit.list_says(1, Says::Listed).then(&[]);
}

#[test]
fn a_failing_list_is_a_warning_without_its_secret_name() {
    let mut visit = Visit::new(
        r#"{"dnsbl_sites": ["key.bl.test"], "dnsbl_reply_map": {"key.bl.test": "bl"}, "greet_banner": ""}"#,
    );
    visit.opens().then(&[CONNECT, "ask 0"]);
    visit.list_says(0, Says::Broken).then(&[
        "log warning: dnsblog_query: lookup error for 203.0.113.9 at bl by resolver resolver: HTTP status 503",
        "log PASS NEW [203.0.113.9]:4711",
        "verdict PASS NEW",
        "dial Backend",
        "remember 1;1700000060;1;1;1",
    ]);
}

#[test]
fn a_good_score_ends_the_wait_and_passes_everything() {
    let policy = r#"{"dnsbl_sites": ["wl.test*-2"], "dnsbl_allowlist_threshold": -1}"#;
    let mut visit = Visit::new(policy);
    visit.opens();
    visit.at(0.03).list_says(0, Says::Listed).then(&[
        "log addr 203.0.113.9 listed by domain wl.test as 127.0.0.2",
        "log PASS NEW [203.0.113.9]:4711",
        "verdict PASS NEW",
        "dial Backend",
        "remember 1700000300;1700000300;1700000300;1700000300;1700000300",
    ]);
}

#[test]
fn a_good_score_does_not_excuse_an_early_talker() {
    let policy = r#"{"dnsbl_sites": ["wl.test*-2"], "dnsbl_allowlist_threshold": -1}"#;
    let mut visit = Visit::new(policy);
    visit.opens();
    visit.talks(b"x");
    visit.list_says(0, Says::Listed).then(&[
        "log addr 203.0.113.9 listed by domain wl.test as 127.0.0.2",
        "verdict PASS",
        "dial Backend",
        "remember 0;1700000300;1;1;1",
    ]);
}

#[test]
fn a_score_just_above_the_allowlist_threshold_waits() {
    let policy = r#"{"dnsbl_sites": ["wl.test*-1"], "dnsbl_allowlist_threshold": -2}"#;
    let mut visit = Visit::new(policy);
    visit.opens();
    visit.list_says(0, Says::Listed).then(&["log addr 203.0.113.9 listed by domain wl.test as 127.0.0.2"]);
    visit.at(6.0).wakes().has("log PASS NEW");
}

#[test]
fn hanging_up_is_logged_and_costs_nothing() {
    let mut visit = Visit::new("{}");
    visit.opens();
    visit.at(0.75).leaves().then(&[
        "log HANGUP after 0.75 from [203.0.113.9]:4711 in tests before SMTP handshake",
        "verdict HANGUP",
        "log DISCONNECT [203.0.113.9]:4711",
        "close",
    ]);
    visit.leaves().then(&[]);
}

#[test]
fn with_all_tests_off_everybody_is_served() {
    let mut visit = Visit::new(r#"{"greet_banner": ""}"#);
    visit.opens().then(&[CONNECT, "verdict PASS", "dial Backend"]);
}

#[test]
fn mapped_addresses_are_plain_ipv4() {
    let mut visit = Visit::from("{}", "[::ffff:203.0.113.9]:4711", "[::ffff:198.51.100.1]:25");
    visit.opens().has(CONNECT);
    let mut visit = Visit::from("{}", "[2001:db8::10]:54661", "[2001:db8::1]:25");
    visit.opens().has("log CONNECT from [2001:db8::10]:54661 to [2001:db8::1]:25");
}

#[test]
fn a_pass_lasts_as_long_as_the_policy_says() {
    let mut visit = Visit::new(r#"{"greet_ttl": "2d", "greet_wait": "1s"}"#);
    visit.opens();
    visit.at(1.0).wakes();
    let expiry = visit.remembered().map(|record: Record| u64::from(record.stamps()[0]));
    assert_eq!(expiry, Some(1_700_000_001 + 2 * DAY));
}
