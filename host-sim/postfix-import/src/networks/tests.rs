use super::*;
use crate::context::sample;

fn read(value: &str) -> Result<(Vec<String>, usize), InvalidSetting> {
    let (setting, mut context) = sample("mynetworks", value);
    let patterns = patterns(&setting, &mut context)?;
    Ok((patterns, context.warnings.len()))
}

#[test]
fn entries_become_patterns() {
    for (value, expected, warnings) in [
        ("127.0.0.0/8 [::1]/128, [fe80::]/64", "127.0.0.0/8 ::1/128 fe80::/64", 0),
        ("!192.0.2.1, !!192.0.2.2", "!192.0.2.1/32 192.0.2.2/32", 0),
        ("static:all", "0.0.0.0/0 ::/0", 0),
        ("!cidr:{{192.0.2.0/25 x}, {192.0.2.128/25 x}}", "!192.0.2.0/25 !192.0.2.128/25", 0),
        ("mail.example.com, localhost", "", 2),
        ("hash:/missing, /missing, mysql:x", "", 3),
    ] {
        assert_eq!(read(value).unwrap(), (split(expected), warnings), "{value}");
    }
}

#[test]
fn an_address_that_is_none_is_an_error() {
    for value in ["10.0.0.1/8", "10.0.0", "192.0.2.256", "[::1", "10.0.0.0/33"] {
        assert!(read(value).is_err(), "{value}");
    }
}

#[test]
fn the_first_pattern_decides_about_an_address() {
    let shown = |list: &str| {
        let named = addresses(list.split(' ')).networks();
        named.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(shown("!10.0.0.0/9 10.0.0.0/8"), ["10.128.0.0/9"]);
    assert_eq!(shown("10.0.0.0/8 !10.0.0.0/9"), ["10.0.0.0/8"]);
}

fn split(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}

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
