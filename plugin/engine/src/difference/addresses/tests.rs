use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// In words, who goes from "out" to "in" where `is_in` says so.
fn words(starts: &[&str], is_in: impl Fn(IpAddr) -> bool) -> Vec<String> {
    let moved = moved(starts.iter().map(|start| address(start)), |_| false, is_in);
    moved.into_values().map(Addresses::in_words).collect()
}

#[test]
fn addresses_that_change_sides_are_counted() {
    let between = |low: &'static str, high: &'static str| {
        move |client: IpAddr| (address(low)..=address(high)).contains(&client)
    };
    for (starts, low, high, expected) in [
        (&["192.0.2.0", "192.0.3.0"][..], "192.0.2.0", "192.0.2.255", "256 IPv4 addresses"),
        (&["192.0.2.7", "192.0.2.8"], "192.0.2.7", "192.0.2.7", "1 IPv4 address"),
        (&["255.255.255.255"], "255.255.255.255", "255.255.255.255", "1 IPv4 address"),
        (&[], "0.0.0.0", "255.255.255.255", "all IPv4 addresses"),
        (&["2001:db8::", "2001:db9::"], "2001:db8::", "2001:db8:ffff::", "IPv6 addresses"),
        (&[], "0.0.0.0", "ffff::", "all IPv4 addresses and some of IPv6"),
        (&["255.255.255.0"], "255.255.255.0", "ffff::", "256 IPv4 addresses and some of IPv6"),
        (&["255.255.255.255"], "255.255.255.255", "ffff::", "1 IPv4 address and some of IPv6"),
    ] {
        assert_eq!(words(starts, between(low, high)), [expected], "{low} to {high}");
    }
    assert!(words(&["192.0.2.0"], |_| false).is_empty());
}
