//! What lists of networks come to: how many addresses are treated otherwise.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses that changed sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// So many of IPv4.
    v4: u64,
    /// Whether there are some of IPv6, of which nobody wants to know the number.
    v6: bool,
}

impl Addresses {
    /// `256 IPv4 addresses and some of IPv6`
    pub fn in_words(self) -> String {
        let v4 = match self.v4 {
            0 => return "IPv6 addresses".to_owned(),
            1 => "1 IPv4 address".to_owned(),
            many if many == 1 << 32 => "all IPv4 addresses".to_owned(),
            many => format!("{many} IPv4 addresses"),
        };
        if self.v6 { v4 + " and some of IPv6" } else { v4 }
    }
}

/// Which addresses go from one side to another. Both functions must give the same for all addresses from one of
/// `starts` to the next.
pub fn moved<T: Copy + Ord>(
    starts: impl IntoIterator<Item = IpAddr>,
    before: impl Fn(IpAddr) -> T,
    now: impl Fn(IpAddr) -> T,
) -> BTreeMap<(T, T), Addresses> {
    let lowest = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    let mut starts: Vec<IpAddr> = starts.into_iter().chain(lowest).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut moved: BTreeMap<(T, T), Addresses> = BTreeMap::new();
    for (index, &start) in starts.iter().enumerate() {
        let (before, now) = (before(start), now(start));
        if before == now {
            continue;
        }
        let addresses = moved.entry((before, now)).or_default();
        match (start, starts.get(index.saturating_add(1))) {
            (IpAddr::V4(start), Some(IpAddr::V4(next))) => {
                addresses.v4 += u64::from(next.to_bits().saturating_sub(start.to_bits()));
            }
            (IpAddr::V4(start), _) => addresses.v4 += (1 << 32) - u64::from(start.to_bits()),
            (IpAddr::V6(_), _) => addresses.v6 = true,
        }
    }
    moved
}

#[cfg(test)]
mod tests;
