use super::*;
use crate::access::{AccessList, Decision, Networks, decide};
use proptest::prelude::*;

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

/// Rules about the last addresses of a network, each as bits of prefix, address and action.
fn access_list(rules: &[(u8, u8, bool)]) -> AccessList {
    let rule = |&(bits, low, permits): &(u8, u8, bool)| {
        let network = low & u8::MAX.checked_shl((8 - bits).into()).unwrap_or(0);
        let action = if permits { "permit" } else { "reject" };
        serde_json::json!({ "cidr": format!("192.0.2.{network}/{}", 24 + bits), "action": action })
    };
    serde_json::from_value(rules.iter().map(rule).collect()).unwrap()
}

proptest! {
    #[test]
    fn as_many_as_there_are_when_each_address_is_looked_at(
        old in proptest::collection::vec((0..=8_u8, any::<u8>(), any::<bool>()), 0..6),
        new in proptest::collection::vec((0..=8_u8, any::<u8>(), any::<bool>()), 0..6),
    ) {
        let (old, new, home) = (access_list(&old), access_list(&new), Networks::none());
        let word = |list: &AccessList, client| match decide(list, &home, client) {
            Decision::Permit => 'p',
            Decision::Reject => 'r',
            Decision::Undecided => 'u',
        };
        let (before, now) = (|client| word(&old, client), |client| word(&new, client));
        let found = moved(old.starts().chain(new.starts()), before, now);
        let mut expected: BTreeMap<(char, char), Addresses> = BTreeMap::new();
        for low in 0..=u8::MAX {
            let client = IpAddr::from([192, 0, 2, low]);
            if before(client) != now(client) {
                expected.entry((before(client), now(client))).or_default().v4 += 1;
            }
        }
        prop_assert_eq!(found, expected);
    }
}
