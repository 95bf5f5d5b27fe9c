//! Which entry of a list is the first that speaks of an address, without going through the list.
//!
//! The addresses of each family are cut into ranges that do not overlap, in order; each has the number of the first
//! entry that covers it, found once, when the list is read. A lookup is a binary search for the range: 4 steps for 10
//! networks, 18 for 100,000. A trie of prefixes would find the longest match, not the first, so it would need these
//! numbers as well; "all but this network", two ranges here, would be up to 128 prefixes there; and a range takes 8
//! bytes (IPv6: 20), a node of a trie several times as much.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Debug;
use std::net::IpAddr;
#[cfg(not(target_family = "wasm"))]
use std::net::{Ipv4Addr, Ipv6Addr};

/// The addresses that one entry of a list speaks of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    /// None at all.
    Nothing,
    /// Those of a network.
    Inside(IpNet),
    /// All others of the network's family.
    Outside(IpNet),
    /// All of both families.
    Everything,
}

/// The ranges of both families.
#[derive(Clone, Debug)]
pub(super) struct Ranges {
    v4: Family<u32>,
    v6: Family<u128>,
}

/// The ranges of one family. The first begins at the lowest address; each ends where the next one begins.
#[derive(Clone, Debug)]
struct Family<A> {
    starts: Box<[A]>,
    /// The first entry that covers the range, or [`NONE`].
    entries: Box<[u32]>,
}

/// Instead of an entry's number. No list is that long: it would not fit into [`crate::policy::CONFIG_MAX`].
const NONE: u32 = u32::MAX;

/// What an entry covers, both ends included.
struct Span<A> {
    first: A,
    last: A,
    entry: u32,
}

/// An address as a number.
trait Address: Copy + Debug + Ord {
    const LOWEST: Self;
    const HIGHEST: Self;
    fn before(self) -> Option<Self>;
    fn after(self) -> Option<Self>;
}

macro_rules! address {
    ($number:ty) => {
        impl Address for $number {
            const LOWEST: Self = <$number>::MIN;
            const HIGHEST: Self = <$number>::MAX;

            fn before(self) -> Option<Self> {
                self.checked_sub(1)
            }

            fn after(self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    };
}

address!(u32);
address!(u128);

impl Ranges {
    /// Cuts up both families for the entries of a list, given in its order.
    pub fn new(extents: impl IntoIterator<Item = Extent>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (entry, extent) in (0..NONE).zip(extents) {
            match extent {
                Extent::Nothing => {}
                Extent::Inside(IpNet::V4(network)) => v4.push(Span::inside(ends_v4(network), entry)),
                Extent::Inside(IpNet::V6(network)) => v6.push(Span::inside(ends_v6(network), entry)),
                Extent::Outside(IpNet::V4(network)) => v4.extend(Span::outside(ends_v4(network), entry)),
                Extent::Outside(IpNet::V6(network)) => v6.extend(Span::outside(ends_v6(network), entry)),
                Extent::Everything => {
                    v4.push(Span::everything(entry));
                    v6.push(Span::everything(entry));
                    // No later entry can be the first to match.
                    break;
                }
            }
        }
        Self { v4: Family::new(v4), v6: Family::new(v6) }
    }

    /// The number of the first entry that speaks of `address`, from 0.
    pub fn find(&self, address: IpAddr) -> Option<usize> {
        match address {
            IpAddr::V4(address) => self.v4.find(address.to_bits()),
            IpAddr::V6(address) => self.v6.find(address.to_bits()),
        }
    }

    /// Where the ranges of both families begin. From one such address to the next the same entry comes first.
    #[cfg(not(target_family = "wasm"))]
    pub fn starts(&self) -> impl Iterator<Item = IpAddr> {
        let v4 = self.v4.starts.iter().map(|&start| Ipv4Addr::from_bits(start).into());
        v4.chain(self.v6.starts.iter().map(|&start| Ipv6Addr::from_bits(start).into()))
    }
}

fn ends_v4(network: Ipv4Net) -> (u32, u32) {
    (network.network().to_bits(), network.broadcast().to_bits())
}

fn ends_v6(network: Ipv6Net) -> (u128, u128) {
    (network.network().to_bits(), network.broadcast().to_bits())
}

impl<A: Address> Span<A> {
    fn inside((first, last): (A, A), entry: u32) -> Self {
        Self { first, last, entry }
    }

    /// What lies below and above, where there is something.
    fn outside((first, last): (A, A), entry: u32) -> impl Iterator<Item = Self> {
        let below = first.before().map(|last| Self { first: A::LOWEST, last, entry });
        let above = last.after().map(|first| Self { first, last: A::HIGHEST, entry });
        below.into_iter().chain(above)
    }

    fn everything(entry: u32) -> Self {
        Self { first: A::LOWEST, last: A::HIGHEST, entry }
    }
}

impl<A: Address> Family<A> {
    /// Walks through the addresses from the lowest one up, from each place where the first entry may change to the
    /// next: a span begins, or the span of the first entry ends. So there are at most two places per span.
    fn new(mut spans: Vec<Span<A>>) -> Self {
        spans.sort_unstable_by_key(|span| span.first);
        let mut coming = spans.into_iter().peekable();
        // The spans that began at or before `at`, the lowest entry on top. Those below it may have ended.
        let mut open = BinaryHeap::new();
        let (mut starts, mut entries) = (Vec::new(), Vec::new());
        let mut at = A::LOWEST;
        loop {
            while let Some(span) = coming.next_if(|span| span.first <= at) {
                open.push(Reverse((span.entry, span.last)));
            }
            while open.peek().is_some_and(|Reverse((_, last))| *last < at) {
                open.pop();
            }
            let first = open.peek().map(|&Reverse(first)| first);
            let entry = first.map_or(NONE, |(entry, _)| entry);
            if entries.last() != Some(&entry) {
                starts.push(at);
                entries.push(entry);
            }
            let end = first.and_then(|(_, last)| last.after());
            let begin = coming.peek().map(|span| span.first);
            match begin.into_iter().chain(end).min() {
                Some(next) => at = next,
                None => return Self { starts: starts.into(), entries: entries.into() },
            }
        }
    }

    fn find(&self, address: A) -> Option<usize> {
        let range = self.starts.partition_point(|&start| start <= address).checked_sub(1)?;
        let entry = self.entries.get(range).copied().filter(|&entry| entry != NONE)?;
        usize::try_from(entry).ok()
    }
}

#[cfg(test)]
mod tests;
