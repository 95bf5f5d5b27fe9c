//! Networks in CIDR form, with exclusions.

use super::ranges::{Extent, Ranges};
use crate::word::{Word, WordError, word};
use ipnet::IpNet;
use serde::Deserialize;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;
use std::str::FromStr;

/// A network, or everything else in its address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    network: IpNet,
    negated: bool,
}

impl Pattern {
    /// Whether the pattern speaks of `client`. A negated network matches no address of the other family, as in Postfix.
    pub fn matches(&self, client: IpAddr) -> bool {
        let same_family = self.network.addr().is_ipv4() == client.is_ipv4();
        same_family && self.network.contains(&client) != self.negated
    }

    /// The addresses that the pattern matches.
    pub(super) fn extent(&self) -> Extent {
        if self.negated { Extent::Outside(self.network) } else { Extent::Inside(self.network) }
    }
}

impl Word for Pattern {
    const EXPECTED: &'static str = "an address or a network such as \"192.0.2.0/24\" or \"2001:db8::/32\", \
         with \"!\" before it to exclude";
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exclamation = if self.negated { "!" } else { "" };
        write!(f, "{exclamation}{}", self.network)
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let (negated, address) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        // Postfix also writes IPv6 as [2001:db8::]/32. Any other bracket is left, and makes no address.
        let plain = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((inside, after)) => Cow::Owned([inside, after].concat()),
            None => Cow::Borrowed(address),
        };
        let network: IpNet = plain
            .parse()
            .or_else(|_| plain.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_| PatternError::Form(WordError::no::<Self>()))?;
        if network.addr() != network.network() {
            return Err(PatternError::HostBits(network.trunc()));
        }
        Ok(Self { network, negated })
    }
}

/// Why a text is no [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// It is no address and no network.
    Form(WordError),
    /// There is more of the address than the prefix; with the network that may be meant.
    HostBits(IpNet),
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => error.fmt(f),
            Self::HostBits(suggestion) if may_be_meant(suggestion) => {
                write!(f, "expected no host bits after the prefix: \"{suggestion}\"")
            }
            Self::HostBits(_) => f.write_str("expected no host bits after the prefix"),
        }
    }
}

impl Error for PatternError {}

/// Not what begins at zero: `fd::/8` was to be `fd00::/8`, and `::/8` holds `::1` and every IPv4 address in IPv6.
fn may_be_meant(network: &IpNet) -> bool {
    !network.addr().is_unspecified()
}

word!(Pattern, "examples": ["192.0.2.0/24", "2001:db8::/32", "!192.0.2.7"]);

/// A list of networks: the first pattern that speaks of a client decides, a negated one excludes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Vec<ListEntry>")]
pub struct Networks {
    entries: Box<[ListEntry]>,
    ranges: Ranges,
}

/// An entry of [`Networks`]. Unlike in a rule, `!` here does not turn the match around: it turns the answer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(not(target_family = "wasm"), derive(serde::Serialize, schemars::JsonSchema))]
#[serde(transparent)]
pub struct ListEntry(Pattern);

impl fmt::Display for ListEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(not(target_family = "wasm"))]
impl Networks {
    /// Addresses between which no network begins or ends, in no order.
    pub(crate) fn starts(&self) -> impl Iterator<Item = IpAddr> {
        self.ranges.starts()
    }
}

impl Networks {
    /// Every address there is (Postfix's `static:all`).
    pub fn all() -> Self {
        let network =
            |address: IpAddr| ListEntry(Pattern { network: IpNet::new_assert(address, 0), negated: false });
        Self::from(vec![
            network(std::net::Ipv4Addr::UNSPECIFIED.into()),
            network(std::net::Ipv6Addr::UNSPECIFIED.into()),
        ])
    }

    /// Nobody.
    pub fn none() -> Self {
        Self::from(Vec::new())
    }

    /// The loopback networks: the only clients that are certainly ours.
    pub fn loopback() -> Self {
        let network = |address: IpAddr, prefix| {
            let network = IpNet::new_assert(address, prefix).trunc();
            ListEntry(Pattern { network, negated: false })
        };
        Self::from(vec![
            network(std::net::Ipv4Addr::LOCALHOST.into(), 8),
            network(std::net::Ipv6Addr::LOCALHOST.into(), 128),
        ])
    }

    /// Whether `client` belongs to one of the networks.
    pub fn contain(&self, client: IpAddr) -> bool {
        self.home_of(client).is_some()
    }

    /// The network that `client` belongs to, if it belongs to one.
    pub fn home_of(&self, client: IpAddr) -> Option<Pattern> {
        let &ListEntry(pattern) = self.entries.get(self.ranges.find(client)?)?;
        (!pattern.negated).then_some(pattern)
    }
}

impl From<Vec<ListEntry>> for Networks {
    fn from(entries: Vec<ListEntry>) -> Self {
        let ranges = Ranges::new(entries.iter().map(|ListEntry(pattern)| Extent::Inside(pattern.network)));
        Self { entries: entries.into(), ranges }
    }
}

impl Deref for Networks {
    type Target = [ListEntry];

    fn deref(&self) -> &[ListEntry] {
        &self.entries
    }
}

#[cfg(not(target_family = "wasm"))]
impl serde::Serialize for Networks {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries.serialize(serializer)
    }
}

#[cfg(not(target_family = "wasm"))]
impl schemars::JsonSchema for Networks {
    fn schema_name() -> Cow<'static, str> {
        "Networks".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<ListEntry>::json_schema(generator)
    }
}
