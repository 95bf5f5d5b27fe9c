//! Names in DNS.

use crate::dnsbl::reversed;
use domain::base::name::{Label, ToLabelIter};
use domain::base::{Name as WireName, ToName};
use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The longest label, in bytes (RFC 1035, section 2.3.4).
pub const LABEL_MAX: usize = 63;
/// The longest name that is written, in bytes, without a dot at its end: 255 on the wire.
pub const NAME_MAX: usize = 253;

/// A complete name in lower case. Letters in DNS have no case (RFC 4343), so two of these are equal when DNS says so.
///
/// DNS itself allows any byte. One that is read from text has printable ASCII in its labels, `_` and blanks included;
/// one that comes out of an answer may hold the rest as well. [`fmt::Display`] escapes it as zone files do, so that it
/// can go into a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(WireName<Vec<u8>>);

impl Name {
    /// The name under which DNS keeps the names of an address: in `in-addr.arpa` or `ip6.arpa`.
    pub fn of_address(address: IpAddr) -> Self {
        let zone: &[u8] = if address.is_ipv4() { b"\x07in-addr\x04arpa\0" } else { b"\x03ip6\x04arpa\0" };
        let wire = [reversed(address).as_wire(), zone].concat();
        // It is a name, and short enough.
        Self(WireName::from_octets(wire).unwrap_or_else(|_| WireName::root_vec()))
    }

    /// The empty name.
    #[cfg(test)]
    pub fn root() -> Self {
        Self(WireName::root_vec())
    }

    /// A name of an answer.
    pub(super) fn canonical(name: &impl ToName) -> Self {
        Self(name.to_canonical_name())
    }

    /// Its labels, without the empty one at the end.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.iter_labels().map(Label::as_slice).filter(|label| !label.is_empty())
    }

    /// Its labels with dots between them, and nothing escaped: [`FromStr`] reads it, where it came from there.
    pub fn to_text(&self) -> String {
        let labels: Vec<_> = self.labels().map(String::from_utf8_lossy).collect();
        labels.join(".")
    }

    /// Whether it is the empty name, as the mail server of a domain that takes no mail is (RFC 7505).
    pub fn is_root(&self) -> bool {
        self.0.is_root()
    }

    /// Whether it is `domain`, or below it.
    pub fn is_within(&self, domain: &Self) -> bool {
        self.0.ends_with(&domain.0)
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.0.len()
    }

    /// In wire format.
    pub(super) fn as_wire(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Name {
    type Err = NameError;

    /// Reads labels with a dot between them; one more dot at the end changes nothing. Nothing is escaped.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if let Some(odd) = text.chars().find(|c| !(' '..='~').contains(c)) {
            return Err(NameError::Character(odd));
        }
        if text.len() > NAME_MAX {
            return Err(NameError::TooLong);
        }
        let mut wire = Vec::with_capacity(text.len() + 2);
        for label in text.split('.') {
            match u8::try_from(label.len()) {
                Ok(0) => return Err(NameError::EmptyLabel),
                Ok(length) if label.len() <= LABEL_MAX => wire.push(length),
                _ => return Err(NameError::LongLabel),
            }
            wire.extend(label.bytes().map(|byte| byte.to_ascii_lowercase()));
        }
        wire.push(0);
        WireName::from_octets(wire).map(Self).map_err(|_| NameError::TooLong)
    }
}

/// Why a text is no [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// Nothing before, between or after dots.
    EmptyLabel,
    /// A label is longer than [`LABEL_MAX`].
    LongLabel,
    /// It is longer than [`NAME_MAX`].
    TooLong,
    /// This character is no printable ASCII.
    Character(char),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyLabel => f.write_str("empty label"),
            Self::LongLabel => write!(f, "label of more than {LABEL_MAX} characters"),
            Self::TooLong => write!(f, "name of more than {NAME_MAX} characters"),
            Self::Character(odd) => write!(f, "\"{}\" in a name", odd.escape_default()),
        }
    }
}

impl Error for NameError {}

#[cfg(test)]
mod tests;
