//! Sets of addresses: what is left of a network when others are taken out of it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

/// Addresses of both families.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    v4: Spans<u32>,
    v6: Spans<u128>,
}

impl Addresses {
    /// Every address there is.
    pub fn all() -> Self {
        Self { v4: Spans::one(0, u32::MAX), v6: Spans::one(0, u128::MAX) }
    }

    /// The addresses of a network.
    pub fn of(network: IpNet) -> Self {
        match (network.network(), network.broadcast()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                Self { v4: Spans::one(first.to_bits(), last.to_bits()), ..Self::default() }
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                Self { v6: Spans::one(first.to_bits(), last.to_bits()), ..Self::default() }
            }
            _ => Self::default(),
        }
    }

    /// All other addresses of the network's family.
    pub fn all_but(network: IpNet) -> Self {
        let family = IpNet::new_assert(unspecified(network), 0);
        Self::of(family).minus(&Self::of(network))
    }

    pub fn is_empty(&self) -> bool {
        self.v4.0.is_empty() && self.v6.0.is_empty()
    }

    /// Those that are not in `other`.
    pub fn minus(&self, other: &Self) -> Self {
        Self { v4: self.v4.minus(&other.v4), v6: self.v6.minus(&other.v6) }
    }

    /// Those that are in both.
    pub fn and(&self, other: &Self) -> Self {
        self.minus(&self.minus(other))
    }

    /// Those that are in one of the two.
    pub fn add(&mut self, other: &Self) {
        let more = other.minus(self);
        self.v4.0.extend(more.v4.0);
        self.v6.0.extend(more.v6.0);
    }

    /// The same as networks.
    pub fn networks(&self) -> Vec<IpNet> {
        let v4 = self.v4.0.iter().flat_map(|(&first, &last)| {
            Ipv4Subnets::new(Ipv4Addr::from_bits(first), Ipv4Addr::from_bits(last), 0).map(IpNet::V4)
        });
        let v6 = self.v6.0.iter().flat_map(|(&first, &last)| {
            Ipv6Subnets::new(Ipv6Addr::from_bits(first), Ipv6Addr::from_bits(last), 0).map(IpNet::V6)
        });
        v4.chain(v6).collect()
    }
}

fn unspecified(network: IpNet) -> IpAddr {
    match network {
        IpNet::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpNet::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// The last address of each piece by its first; the pieces do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spans<T>(BTreeMap<T, T>);

impl<T: Copy + Ord + Neighbours> Spans<T> {
    fn one(first: T, last: T) -> Self {
        Self(BTreeMap::from([(first, last)]))
    }

    /// Takes as long as there are pieces in `self`, and in `other` between them.
    fn minus(&self, other: &Self) -> Self {
        let mut left = BTreeMap::new();
        for (&first, &last) in &self.0 {
            let begin = other.0.range(..=first).next_back().map_or(first, |(&begin, _)| begin);
            // What is not looked at yet begins here; `None` when there is nothing more.
            let mut next = Some(first);
            for (&low, &high) in other.0.range(begin..=last) {
                let Some(at) = next.filter(|&at| high >= at) else { continue };
                if at < low {
                    left.insert(at, low.minus_one());
                }
                next = (high < last).then(|| high.plus_one());
            }
            left.extend(next.map(|at| (at, last)));
        }
        Self(left)
    }
}

/// Neighbours of an address; only asked for where there are such.
trait Neighbours {
    fn minus_one(self) -> Self;
    fn plus_one(self) -> Self;
}

impl Neighbours for u32 {
    fn minus_one(self) -> Self {
        self - 1
    }

    fn plus_one(self) -> Self {
        self + 1
    }
}

impl Neighbours for u128 {
    fn minus_one(self) -> Self {
        self - 1
    }

    fn plus_one(self) -> Self {
        self + 1
    }
}

#[cfg(test)]
mod tests;
