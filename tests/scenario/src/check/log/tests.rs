use super::*;

fn scenario(log: &[&str]) -> Scenario {
    let yaml = "about: x\nclients:\n  a: { from: 203.0.113.9, script: [] }\n  b: { from: '2001:db8::9', script: [] }\n";
    let mut scenario = crate::parse("s", yaml).unwrap();
    scenario.log = Some(log.iter().map(ToString::to_string).collect());
    scenario
}

fn differing(expected: &[&str], seen: &[&str], tolerance_ms: u64) -> Vec<String> {
    let transcript =
        Transcript { log: seen.iter().map(ToString::to_string).collect(), ..Transcript::default() };
    differences(&scenario(expected), &transcript, Duration::from_millis(tolerance_ms))
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn same(expected: &[&str], seen: &[&str], tolerance_ms: u64) -> bool {
    differing(expected, seen, tolerance_ms).is_empty()
}

#[test]
fn ports_and_the_server_are_placeholders() {
    assert!(same(
        &["CONNECT from [203.0.113.9]:PORT to [SERVER]:25", "PASS NEW [203.0.113.9]:PORT"],
        &["CONNECT from [203.0.113.9]:4711 to [192.0.2.1]:25", "PASS NEW [203.0.113.9]:4711"],
        0
    ));
    assert!(same(
        &["CONNECT from [2001:db8::9]:PORT to [SERVER]:25"],
        &["CONNECT from [2001:db8::9]:4711 to [2001:db8::1]:25"],
        0
    ));
    assert!(!same(
        &["CONNECT from [203.0.113.9]:PORT to [SERVER]:25"],
        &["CONNECT from [203.0.113.9]:4711 to [192.0.2.1]:2525"],
        0
    ));
}

#[test]
fn the_line_without_a_colon_before_the_port_names_its_client_too() {
    let expected = "[203.0.113.9]PORT: discarding EHLO keywords: DSN";
    assert!(same(&[expected], &["[203.0.113.9]4711: discarding EHLO keywords: DSN"], 0));
    assert!(!same(&[expected], &["[203.0.113.9]4711: discarding EHLO keywords: ETRN"], 0));
    assert!(!same(&[], &["[203.0.113.9]4711: discarding EHLO keywords: DSN"], 0));
}

#[test]
fn what_a_client_says_is_compared_as_it_stands() {
    let said = |text: &str| format!("PREGREET 9 after 0 from [203.0.113.9]:PORT: {text}");
    assert!(same(&[&said("[192.0.2.1]:PORT after 1 x")], &[&said("[192.0.2.1]:PORT after 1 x")], 300));
    assert!(!same(&[&said("[192.0.2.1]:PORT")], &[&said("[192.0.2.1]:99")], 300));
    assert!(!same(&[&said("x after 1 y")], &[&said("x after 1.1 y")], 300));
}

#[test]
fn clients_are_compared_apart_and_each_in_order() {
    let lines = ["PASS NEW [203.0.113.9]:1", "PASS OLD [203.0.113.9]:2", "DISCONNECT [2001:db8::9]:3"];
    assert!(same(&[lines[2], lines[0], lines[1]], &lines, 0));
    assert!(!same(&[lines[1], lines[0], lines[2]], &lines, 0));
}

#[test]
fn missing_and_additional_lines_are_shown_as_a_diff() {
    let shown = differing(&["PASS NEW [203.0.113.9]:PORT"], &["DISCONNECT [203.0.113.9]:4711"], 0);
    assert_eq!(
        shown,
        ["log of 203.0.113.9:\n  - expected, + seen\n  - PASS NEW [203.0.113.9]:PORT\n    ^^^^^^^^\n  \
             + DISCONNECT [203.0.113.9]:PORT\n    ^^^^^^^^^^"]
    );
    assert!(!same(&[], &["PASS NEW [203.0.113.9]:4711"], 0));
    assert!(!same(&["PASS NEW [203.0.113.9]:PORT"], &[], 0));
}

#[test]
fn lines_of_an_address_that_is_nobodys_are_differences() {
    assert!(!same(&[], &["PASS NEW [192.0.2.77]:4711"], 0));
}

#[test]
fn listings_of_one_client_come_in_any_order_but_all_of_them() {
    let (a, b) = (
        "addr 203.0.113.9 listed by domain a.test as 127.0.0.2",
        "addr 203.0.113.9 listed by domain b.test as 127.0.0.3",
    );
    let rank = "DNSBL rank 2 for [203.0.113.9]:PORT";
    assert!(same(&[a, b, rank], &[b, rank, a], 0));
    assert!(!same(&[a, b, rank], &[a, rank], 0));
    assert!(!same(&[a, rank], &[a, a, rank], 0));
}

#[test]
fn times_are_compared_within_the_tolerance() {
    let hangup =
        |time: &str| format!("HANGUP after {time} from [203.0.113.9]:PORT in tests before SMTP handshake");
    for (seen, tolerance_ms, equal) in [
        ("0.5", 0, true),
        ("0.51", 0, false),
        ("0.8", 300, true),
        ("0.81", 300, false),
        ("0.2", 300, true),
        ("0.19", 300, false),
        ("x", 300, false),
    ] {
        assert_eq!(same(&[&hangup("0.5")], &[&hangup(seen)], tolerance_ms), equal, "{seen}");
    }
}

#[test]
fn a_line_without_a_client_must_occur_where_it_is_expected() {
    let warning = "warning: dnsblog reply timeout 10s for slow.test";
    assert!(same(&[warning], &[warning, warning], 0));
    assert!(same(&[], &[warning], 0));
    assert!(!same(&[warning], &[], 0));
}

#[test]
fn without_a_log_in_the_story_nothing_is_compared() {
    let scenario = Scenario { log: None, ..scenario(&[]) };
    let transcript = Transcript { log: vec!["PASS NEW [203.0.113.9]:1".to_owned()], ..Transcript::default() };
    assert!(differences(&scenario, &transcript, Duration::ZERO).is_empty());
}
