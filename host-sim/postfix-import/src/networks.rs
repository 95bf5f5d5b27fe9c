//! Lists of addresses and networks, `mynetworks` and `postscreen_allowlist_interfaces`, and sets of addresses: what is
//! left of a network when others are taken out of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use postscreen_engine::access::Pattern;
use serde_json::Value;

use super::context::{Context, InvalidSetting, Setting};
use super::files::entries;
use super::tables;

/// The patterns of a list: those that stand in it, those of the files that it names, and those of its `cidr:` tables.
pub fn patterns(setting: &Setting, context: &mut Context) -> Result<Vec<String>, InvalidSetting> {
    let mut patterns = Vec::new();
    for token in entries(&setting.value) {
        let (negated, plain) = negation(token);
        if plain.starts_with('/') {
            match context.files.read(plain) {
                Ok(file) => {
                    let lines = file.text.lines().map(|line| line.split('#').next().unwrap_or_default());
                    for entry in lines.flat_map(entries) {
                        let (inner, plain) = negation(entry);
                        pattern(setting, entry, plain, inner != negated, context, &mut patterns)?;
                    }
                }
                Err(why) => context.warn(setting, token, &why, INSTEAD),
            }
        } else {
            pattern(setting, token, plain, negated, context, &mut patterns)?;
        }
    }
    Ok(patterns)
}

const INSTEAD: &str = "write the networks themselves into the list";

/// One entry of the list. `token` is how it stands in the file.
fn pattern(
    setting: &Setting,
    token: &str,
    plain: &str,
    negated: bool,
    context: &mut Context,
    patterns: &mut Vec<String>,
) -> Result<(), InvalidSetting> {
    let exclamation = if negated { "!" } else { "" };
    let reason = match plain.parse::<Pattern>() {
        Ok(pattern) => {
            patterns.push(format!("{exclamation}{pattern}"));
            return Ok(());
        }
        Err(reason) => reason,
    };
    // A host name has a letter beyond those of hexadecimal numbers, or no digit; "type:table" likewise.
    if plain.chars().all(|c| c.is_ascii_hexdigit() || ".:/[]".contains(c)) && plain.contains(['.', ':', '/'])
    {
        return Err(setting.mistake(token, reason.to_string()));
    }
    if !plain.contains(':') {
        let why = "Postfix compares addresses with this list: a name never matches.";
        context.warn(setting, token, why, INSTEAD);
        return Ok(());
    }
    match tables::open(plain, context) {
        Ok(table) => {
            // In such a list only the key counts, not what the table says about it.
            let mut all = Addresses::default();
            table.address_rules(context).iter().for_each(|rule| all.add(&rule.matches));
            patterns.extend(all.networks().iter().map(|network| format!("{exclamation}{network}")));
        }
        Err(why) => context.warn(setting, token, &why, INSTEAD),
    }
    Ok(())
}

/// Takes the `!`s off.
fn negation(token: &str) -> (bool, &str) {
    let plain = token.trim_start_matches('!');
    ((token.len() - plain.len()) % 2 == 1, plain)
}

/// The addresses that a list names: of the patterns that speak of an address, the first decides.
pub fn addresses<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Addresses {
    let (mut named, mut seen) = (Addresses::default(), Addresses::default());
    for pattern in patterns {
        let (negated, plain) = negation(pattern);
        let Ok(network) = plain.parse::<IpNet>() else { continue };
        let network = Addresses::of(network);
        if !negated {
            named.add(&network.minus(&seen));
        }
        seen.add(&network);
    }
    named
}

/// The patterns of a list in JSON.
pub fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Addresses of both families.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    v4: Spans<u32>,
    v6: Spans<u128>,
}

impl Addresses {
    /// Every address there is.
    pub fn all() -> Self {
        Self { v4: Spans(vec![(0, u32::MAX)]), v6: Spans(vec![(0, u128::MAX)]) }
    }

    /// The addresses of a network.
    pub fn of(network: IpNet) -> Self {
        match (network.network(), network.broadcast()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                Self { v4: Spans(vec![(first.to_bits(), last.to_bits())]), ..Self::default() }
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                Self { v6: Spans(vec![(first.to_bits(), last.to_bits())]), ..Self::default() }
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
        self.v4.0.sort_unstable();
        self.v6.0.sort_unstable();
    }

    /// The same in as few networks as possible.
    pub fn networks(&self) -> Vec<IpNet> {
        let v4 = self.v4.0.iter().flat_map(|&(first, last)| {
            Ipv4Subnets::new(Ipv4Addr::from_bits(first), Ipv4Addr::from_bits(last), 0).map(IpNet::V4)
        });
        let v6 = self.v6.0.iter().flat_map(|&(first, last)| {
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

/// First and last address of each piece; the pieces do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spans<T>(Vec<(T, T)>);

impl<T: Copy + Ord + Neighbours> Spans<T> {
    fn minus(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        for &(first, last) in &other.0 {
            let cut = |(low, high): (T, T)| {
                let before = (low < first).then(|| (low, high.min(first.minus_one())));
                let after = (high > last).then(|| (low.max(last.plus_one()), high));
                before.into_iter().chain(after)
            };
            left = left.into_iter().flat_map(cut).collect();
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
