//! Who comes, and which lists truly have whom: a plain model of what is right, which asks the engine nothing.

use std::net::IpAddr;

/// The lists. Alone, 0 and 9 are enough to be refused; 3 is an allowlist; 0 has a filter.
pub const SITES: [(&str, i32); LISTS] = [
    ("list0.test=127.0.0.[2..11]*3", 3),
    ("list1.test*2", 2),
    ("list2.test*2", 2),
    ("list3.test*-2", -2),
    ("list4.test", 1),
    ("list5.test", 1),
    ("list6.test", 1),
    ("list7.test", 1),
    ("list8.test", 1),
    ("list9.test*4", 4),
];
pub const LISTS: usize = 10;
/// Who comes while a list is mad: a thousand of them are polite. Others come when it is sane again.
pub const CLIENTS: u16 = 1_112;
pub const THRESHOLD: i32 = 3;

/// The documentation networks (RFC 5737), which give 768 clients.
const NETWORKS: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

/// The address of a client with this number: two of IPv4 and two of IPv6 take turns.
pub fn address(number: u16) -> IpAddr {
    if (number / 2).is_multiple_of(2) {
        let [network, host] = (number / 4 * 2 + number % 2).to_be_bytes();
        let [a, b, c] = NETWORKS[usize::from(network)];
        [a, b, c, host].into()
    } else {
        [0x2001, 0xdb8, 0, number, 0, 0, 0, 1].into()
    }
}

/// The client with this address.
pub fn number(address: IpAddr) -> u16 {
    match address {
        IpAddr::V4(address) => {
            let [network @ .., host] = address.octets();
            let place = NETWORKS.iter().position(|&known| known == network).expect("a client's network");
            let place = u16::from_be_bytes([u8::try_from(place).unwrap(), host]);
            place / 2 * 4 + place % 2
        }
        IpAddr::V6(address) => address.segments()[3],
    }
}

/// One in ten.
pub fn is_zombie(number: u16) -> bool {
    number % 10 == 9
}

/// Whether a list that is well has this client. A zombie is on about a quarter of them; some polite clients are on
/// small ones, or on the allowlist: each blocklist that goes mad would be enough to have some of those refused. Of ten
/// zombies that come later, each list decides about one at least: it is refused or served only because that list
/// counts.
pub fn is_on(number: u16, list: usize) -> bool {
    let turn = usize::from(number / 10 % 10);
    match number % 10 {
        9 if number >= CLIENTS => list == turn || list == (turn + 4) % 10 || (turn, list) == (4, 5),
        9 => (u32::from(number).wrapping_mul(0x9e37_79b9) >> (12 + 2 * list)).is_multiple_of(4),
        4 => list == 1,
        5 => list == 4,
        6 => list == 3,
        7 => list == 5 || list == 6,
        _ => false,
    }
}

/// Whether the lists justify that a client is refused; without one of them, if that one is not to be believed.
pub fn is_to_be_refused(number: u16, without: Option<usize>) -> bool {
    let listing = |&(list, _): &(usize, i32)| Some(list) != without && is_on(number, list);
    let weights = SITES.iter().map(|&(_, weight)| weight).enumerate().filter(listing);
    weights.map(|(_, weight)| weight).sum::<i32>() >= THRESHOLD
}
