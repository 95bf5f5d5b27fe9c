use super::*;

fn network(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// How many ranges there are for these entries, of both families.
fn count(extents: impl IntoIterator<Item = Extent>) -> usize {
    let ranges = Ranges::new(extents);
    ranges.v4.starts.len() + ranges.v6.starts.len()
}

#[test]
fn an_empty_list_speaks_of_nobody() {
    let ranges = Ranges::new([]);
    for address in ["0.0.0.0", "255.255.255.255", "::", "2001:db8::1"] {
        assert_eq!(ranges.find(address.parse().unwrap()), None, "{address}");
    }
}

#[test]
fn neighbours_with_the_same_entry_are_one_range() {
    let inside = [Extent::Inside(network("192.0.2.0/24")), Extent::Inside(network("192.0.2.7/32"))];
    assert_eq!(count(inside), 3 + 1, "before, inside, after; IPv6");
    assert_eq!(count(inside.into_iter().rev()), 5 + 1);
    assert_eq!(count([Extent::Everything, inside[0]]), 1 + 1);
}

/// Each entry adds two places at most where another entry may begin to be the first, a negated one too.
#[test]
fn ranges_grow_with_the_list_and_not_faster() {
    const ENTRIES: u32 = 20_000;
    let v4 = |number: u32, prefix| {
        IpNet::from(Ipv4Net::new(number.wrapping_mul(2_654_435_761).into(), prefix).unwrap().trunc())
    };
    let v6 = |number: u32, prefix| {
        let address = u128::from(number.wrapping_mul(2_654_435_761)) << 96;
        IpNet::from(Ipv6Net::new(address.into(), prefix).unwrap().trunc())
    };
    let shapes: [&dyn Fn(u32) -> Extent; 6] = [
        &|number| Extent::Inside(v4(number, 32)),
        &|number| Extent::Outside(v4(number, 32)),
        &|number| Extent::Outside(v6(number, 128)),
        // The wide ones last: each is cut up by all that come before it.
        &|number| Extent::Inside(v4(number, 32 - u8::try_from(number * 32 / ENTRIES).unwrap())),
        &|number| Extent::Inside(v6(number, 128 - u8::try_from(number * 128 / ENTRIES).unwrap())),
        &|_| Extent::Inside(network("192.0.2.0/24")),
    ];
    for (index, shape) in shapes.into_iter().enumerate() {
        let count = count((0..ENTRIES).map(shape));
        assert!(count <= 2 * ENTRIES as usize + 2, "shape {index}: {count}");
    }
}

/// After two negated networks without a common address nobody is left, so nothing after them counts.
#[test]
fn two_negations_that_share_nothing_cover_their_family() {
    let both = [Extent::Outside(network("192.0.2.0/25")), Extent::Outside(network("192.0.2.128/25"))];
    let later = (0..1_000_u32)
        .map(|number| Extent::Inside(IpNet::from(Ipv4Net::new((0xc000_0000 + number).into(), 32).unwrap())));
    assert_eq!(count(both.into_iter().chain(later)), 3 + 1);
}
