use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The line after a window with so many connections of one client, and the rest of others.
fn line(client: &str, permitted: bool, own: u32) -> Option<String> {
    let mut proxies = Proxies::default();
    let mut lines = Vec::new();
    for number in 0..WINDOW {
        let other = IpAddr::from([203, 0, 113, u8::try_from(number).unwrap()]);
        let (client, permitted) = if number < own { (address(client), permitted) } else { (other, false) };
        lines.extend(proxies.count(client, permitted));
    }
    assert!(lines.len() <= 1);
    lines.pop()
}

#[test]
fn who_makes_more_than_half_of_the_connections_may_be_a_proxy() {
    assert_eq!(line("10.42.0.1", true, 50), None);
    assert_eq!(
        line("10.42.0.1", true, 51).unwrap(),
        "warning: 51 of the last 100 connections came from 10.42.0.1, which mynetworks permits: is that a proxy? It \
         must say for whom it connects (PROXY protocol), or everybody is permitted"
    );
    assert!(line("10.42.0.1", true, WINDOW).is_some());
}

#[test]
fn who_is_not_permitted_or_comes_from_outside_is_none() {
    assert_eq!(line("10.42.0.1", false, WINDOW), None);
    for (client, private) in [
        ("127.0.0.1", true),
        ("172.16.0.1", true),
        ("192.168.1.1", true),
        ("169.254.1.1", true),
        ("100.64.0.1", true),
        ("100.127.255.255", true),
        ("100.63.255.255", false),
        ("100.128.0.0", false),
        ("11.0.0.1", false),
        ("198.51.100.1", false),
        ("fd00::1", true),
        ("fe80::1", true),
        ("::1", true),
        ("2001:db8::1", false),
    ] {
        assert_eq!(line(client, true, WINDOW).is_some(), private, "{client}");
    }
}

#[test]
fn every_window_begins_anew() {
    let mut proxies = Proxies::default();
    let client = address("10.42.0.1");
    let mut told = 0;
    for _ in 0..WINDOW * 3 - 1 {
        told += usize::from(proxies.count(client, true).is_some());
    }
    assert_eq!(told, 2);
    assert!(proxies.count(client, true).is_some());
}
