use super::*;

fn set(networks: &[&str]) -> Addresses {
    let mut set = Addresses::default();
    for network in networks {
        set.add(&Addresses::of(network.parse().unwrap()));
    }
    set
}

fn shown(set: &Addresses) -> Vec<String> {
    set.networks().iter().map(ToString::to_string).collect()
}

#[test]
fn a_hole_splits_a_network() {
    let left = set(&["192.0.2.0/29"]).minus(&set(&["192.0.2.3/32"]));
    assert_eq!(shown(&left), ["192.0.2.0/31", "192.0.2.2/32", "192.0.2.4/30"]);
}

#[test]
fn holes_at_the_ends_of_a_family_are_fine() {
    let left = Addresses::all().minus(&set(&["0.0.0.0/1", "255.255.255.255/32", "::/1", "8000::/1"]));
    assert_eq!(left.minus(&set(&["128.0.0.0/1"])), Addresses::default());
    assert_eq!(shown(&left).len(), 31);
}

#[test]
fn what_is_common_and_what_is_not() {
    let (a, b) = (set(&["10.0.0.0/8", "2001:db8::/32"]), set(&["10.1.0.0/16", "2001:db8::/48", "::1/128"]));
    assert_eq!(shown(&a.and(&b)), ["10.1.0.0/16", "2001:db8::/48"]);
    assert!(b.minus(&a).and(&a).is_empty());
    assert!(a.minus(&a).is_empty());
}

#[test]
fn all_but_a_network_is_its_own_family() {
    let others = Addresses::all_but("128.0.0.0/1".parse().unwrap());
    assert_eq!(shown(&others), ["0.0.0.0/1"]);
}

/// The last numbers of addresses in 192.0.2.0/24, by a plain model: one flag each.
fn model(set: &Addresses) -> Vec<bool> {
    (0..=255_u8)
        .map(|last| !set.and(&Addresses::of(IpNet::from(IpAddr::from([192, 0, 2, last])))).is_empty())
        .collect()
}

proptest::proptest! {
    #[test]
    fn sets_agree_with_flags(
        a in proptest::collection::vec((0..=255_u8, 24..=32_u8), 0..6),
        b in proptest::collection::vec((0..=255_u8, 24..=32_u8), 0..6),
    ) {
        let set = |parts: &[(u8, u8)]| {
            let mut set = Addresses::default();
            for &(last, length) in parts {
                set.add(&Addresses::of(IpNet::new_assert(IpAddr::from([192, 0, 2, last]), length).trunc()));
            }
            set
        };
        let (a, b) = (set(&a), set(&b));
        let both = |decide: fn(bool, bool) -> bool| {
            model(&a).into_iter().zip(model(&b)).map(|(a, b)| decide(a, b)).collect::<Vec<_>>()
        };
        proptest::prop_assert_eq!(model(&a.minus(&b)), both(|a, b| a && !b));
        proptest::prop_assert_eq!(model(&a.and(&b)), both(|a, b| a && b));
        let mut sum = a.clone();
        sum.add(&b);
        proptest::prop_assert_eq!(model(&sum), both(|a, b| a || b));
    }
}
