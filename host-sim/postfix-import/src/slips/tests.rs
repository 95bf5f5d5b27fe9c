use proptest::prelude::*;

use super::*;

#[test]
fn what_was_meant_is_guessed_where_it_is_safe() {
    for (written, expected) in [
        // Host bits.
        ("fd::/8", Some("fd00::/8")),
        ("[fd::]/8", Some("fd00::/8")),
        ("fe8::/10", Some("fe80::/10")),
        ("fc::/7", Some("fc00::/7")),
        ("2001:db8::1/32", Some("2001:db8::/32")),
        ("192.168.1.5/24", Some("192.168.1.0/24")),
        ("127.0.0.1/8", Some("127.0.0.0/8")),
        ("::1/64", None),
        ("::ffff:192.0.2.1/90", None),
        ("10.0.0.1/0", None),
        ("2001::1/3", None),
        // Digits of the prefix.
        ("10.0.0.0/", Some("10.0.0.0/8")),
        ("192.168.0.0/", Some("192.168.0.0/16")),
        ("192.0.2.0/2", Some("192.0.2.0/24")),
        ("172.16.0.0/1", Some("172.16.0.0/16")),
        ("198.51.100.4/3", Some("198.51.100.4/32")),
        ("fd00::/", Some("fd00::/8")),
        ("fe80::/", Some("fe80::/10")),
        ("0.0.0.0/", None),
        ("::/", None),
        // Numbers.
        ("192.168/16", Some("192.168.0.0/16")),
        ("192.0.2", Some("192.0.2.0/24")),
        ("192.0.2.", Some("192.0.2.0/24")),
        ("10/8", Some("10.0.0.0/8")),
        ("192.0.2.256", None),
        ("1.2.3.4.5", None),
        // Separators.
        ("10.0.0.0/8;192.168.0.0/16", Some("10.0.0.0/8, 192.168.0.0/16")),
        ("10.0.0.0/8;", Some("10.0.0.0/8")),
        ("0.0.0.0/0;192.168.0.0/16", None),
        ("[::1", None),
    ] {
        assert_eq!(meant(written).as_deref(), expected, "{written}");
    }
}

#[test]
fn a_network_in_two_halves_is_put_together() {
    for (list, whole) in [
        ("127.0.0.0/8 f d00::/8", Some("fd00::/8")),
        ("10.0.0.0 /8", Some("10.0.0.0/8")),
        ("10,0.0.0/8", Some("10.0.0.0/8")),
        ("10.0.0. 0/8", Some("10.0.0.0/8")),
        ("fd00: :/8", Some("fd00::/8")),
        ("[fd00::] /8", Some("[fd00::]/8")),
        ("10.0.0.0/8 192.168.0.0/16", None),
        ("10.0.0.0/8, /etc/networks", None),
        ("192.0.2.1 /etc/networks", None),
        ("localhost 10.0.0.0/8", None),
        ("192.0.2.1 192.0.2.2", None),
        ("0.0.0.0 /0", None),
        ("", None),
    ] {
        let slips = Slips::of(list);
        assert_eq!(slips.0.values().next().map(|(whole, _)| whole.as_str()), whole, "{list}");
    }
}

proptest! {
    #[test]
    fn a_guess_never_holds_this_host_in_ipv6_or_the_world(
        written in "(\\[?[0-9a-f]{0,4}:{1,2}[0-9a-f:]{0,9}\\]?|[0-9.]{1,15})(/[0-9]{0,3})?",
    ) {
        for guess in meant(&written).iter().flat_map(|guess| guess.split(", ")) {
            let network: IpNet = guess.parse::<Pattern>().unwrap().to_string().parse().unwrap();
            let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
            prop_assert!(!network.contains(&IpAddr::from(Ipv6Addr::LOCALHOST)), "{} {}", written, guess);
            prop_assert!(!network.contains(&IpAddr::from(mapped)), "{} {}", written, guess);
            prop_assert!(network.prefix_len() >= 7, "{} {}", written, guess);
        }
    }
}
