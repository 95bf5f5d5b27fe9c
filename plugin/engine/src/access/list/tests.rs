use super::*;
use crate::access::Verb;
use crate::access::network::ListEntry;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What the list means, rule by rule.
fn model(rules: &[Rule], mynetworks: &[Pattern], client: IpAddr) -> Option<Match> {
    rules.iter().enumerate().find_map(|(index, &rule)| {
        let (decision, network) = match rule {
            Rule::PermitMynetworks => (Decision::Permit, Some(home_of(mynetworks, client)?)),
            Rule::Always(verb) => (verb.into(), None),
            Rule::Cidr(pattern, verb) => pattern.matches(client).then(|| (verb.into(), None))?,
        };
        Some(Match { index, rule, network, decision })
    })
}

/// The first network of the list that holds `client`, unless it excludes it.
fn home_of(mynetworks: &[Pattern], client: IpAddr) -> Option<Pattern> {
    let holds = |pattern: &&Pattern| {
        let text = pattern.to_string();
        text.trim_start_matches('!').parse::<Pattern>().unwrap().matches(client)
    };
    let found = *mynetworks.iter().find(holds)?;
    (!found.to_string().starts_with('!')).then_some(found)
}

fn network(address: IpAddr, prefix: u8, negated: bool) -> Pattern {
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let network = ipnet::IpNet::new(address, prefix.min(bits)).unwrap().trunc();
    format!("{}{network}", if negated { "!" } else { "" }).parse().unwrap()
}

/// Addresses that are often near each other, and at the ends of their family.
fn address() -> impl Strategy<Value = IpAddr> {
    let near = prop_oneof![Just(0_u8), Just(1), Just(127), Just(128), Just(254), Just(255), any::<u8>()];
    let v4 =
        (prop_oneof![Just(0_u8), Just(10), Just(192), Just(255)], near.clone(), near.clone(), near.clone());
    let v6 = (prop_oneof![Just(0_u8), Just(0x20), Just(0xfd), Just(0xff)], near.clone(), near.clone(), near);
    prop_oneof![
        v4.clone().prop_map(|(a, b, c, d)| Ipv4Addr::new(a, b, c, d).into()),
        v4.prop_map(|(a, b, c, d)| Ipv4Addr::new(a, b, c, d).to_ipv6_mapped().into()),
        v6.prop_map(|(a, b, c, d)| {
            let fill = (u128::from(b) * 0x0001_0001_0001_0001) << 32;
            Ipv6Addr::from_bits(u128::from(a) << 120 | fill | u128::from(c) << 8 | u128::from(d)).into()
        }),
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
        any::<u128>().prop_map(|bits| Ipv6Addr::from_bits(bits).into()),
    ]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let prefix = prop_oneof![0..=8_u8, 0..=32_u8, 24..=32_u8, 0..=128_u8, Just(128)];
    (address(), prefix, proptest::bool::weighted(0.2))
        .prop_map(|(address, prefix, negated)| network(address, prefix, negated))
}

fn rule() -> impl Strategy<Value = Rule> {
    let verb = || prop_oneof![Just(Verb::Permit), Just(Verb::Reject), Just(Verb::Dunno)];
    prop_oneof![
        20 => (pattern(), verb()).prop_map(|(pattern, verb)| Rule::Cidr(pattern, verb)),
        2 => Just(Rule::PermitMynetworks),
        1 => verb().prop_map(Rule::Always),
    ]
}

/// The ends of a network and their neighbours.
fn edges(pattern: Pattern) -> Vec<IpAddr> {
    let text = pattern.to_string();
    match text.trim_start_matches('!').parse().unwrap() {
        ipnet::IpNet::V4(network) => {
            let (first, last) = (network.network().to_bits(), network.broadcast().to_bits());
            let edges = [first.wrapping_sub(1), first, last, last.wrapping_add(1)];
            edges.map(|bits| Ipv4Addr::from_bits(bits).into()).to_vec()
        }
        ipnet::IpNet::V6(network) => {
            let (first, last) = (network.network().to_bits(), network.broadcast().to_bits());
            let edges = [first.wrapping_sub(1), first, last, last.wrapping_add(1)];
            edges.map(|bits| Ipv6Addr::from_bits(bits).into()).to_vec()
        }
    }
}

fn entries(patterns: &[Pattern]) -> Networks {
    let texts: Vec<_> = patterns.iter().map(ToString::to_string).collect();
    Networks::from(serde_json::from_value::<Vec<ListEntry>>(texts.into()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_lookup_finds_the_rule_that_going_through_the_list_finds(
        rules in proptest::collection::vec(rule(), 0..12),
        mynetworks in proptest::collection::vec(pattern(), 0..6),
        others in proptest::collection::vec(address(), 0..12),
    ) {
        let list = AccessList::from(rules.clone());
        let networks = entries(&mynetworks);
        let named = rules.iter().filter_map(|rule| match rule {
            Rule::Cidr(pattern, _) => Some(*pattern),
            Rule::PermitMynetworks | Rule::Always(_) => None,
        });
        let clients = named.chain(mynetworks.iter().copied()).flat_map(edges).chain(others);
        for client in clients {
            prop_assert_eq!(find(&list, &networks, client), model(&rules, &mynetworks, client), "{}", client);
            prop_assert_eq!(networks.home_of(client), home_of(&mynetworks, client), "{}", client);
        }
    }
}

#[test]
fn the_last_address_of_each_family_has_its_rule() {
    let rules: Vec<Rule> = serde_json::from_str(
        r#"[{"cidr": "255.255.255.255", "action": "reject"}, {"cidr": "!::/1", "action": "permit"}]"#,
    )
    .unwrap();
    let list = AccessList::from(rules);
    let index = |client: &str| find(&list, &entries(&[]), client.parse().unwrap()).map(|found| found.index);
    assert_eq!((index("255.255.255.254"), index("255.255.255.255")), (None, Some(0)));
    assert_eq!((index("7fff::"), index("8000::")), (None, Some(1)));
    assert_eq!(index("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), Some(1));
}
