//! Values of one line.

use std::net::IpAddr;
use std::time::Duration;

use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer};

use crate::parse::raw::{Shapes, deserialize_shapes};
use crate::text::DurationText;

/// The sentence that every list of results shows.
pub(in crate::parse) struct About(pub String);

/// The anchor of a paragraph: lower-case words joined by hyphens.
pub(in crate::parse) struct Slug(pub String);

/// A domain name in lower case: labels of letters, digits, `-` and `_`, joined by dots.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::parse) struct ZoneName(pub String);

/// An address without a port; IPv6 without brackets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::parse) struct AddressText(pub IpAddr);

/// One name or several.
pub(in crate::parse) struct NameList(pub Vec<String>);

/// A duration in whole seconds that fits the TTL field (RFC 2181 section 8).
pub(in crate::parse) struct Ttl(pub Duration);

/// A log line. YAML reads an unquoted `a: b` as a mapping; a line may stand there unquoted all the same.
pub(in crate::parse) struct LineText(pub String);

impl<'de> Deserialize<'de> for About {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() {
            return Err(de::Error::custom("`about` is empty: expected a sentence"));
        }
        Ok(Self(text.trim().to_owned()))
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let byte_ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if !text.split('-').all(|word| !word.is_empty() && word.bytes().all(byte_ok)) {
            let message = format!("`{text}` is no anchor: expected lower-case words joined by hyphens");
            return Err(de::Error::custom(message));
        }
        Ok(Self(text))
    }
}

impl<'de> Deserialize<'de> for ZoneName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if !is_domain(&name) {
            let message = format!(
                "`{name}` is no zone's name: expected lower-case labels joined by dots, no final dot"
            );
            return Err(de::Error::custom(message));
        }
        Ok(Self(name))
    }
}

/// Whether the text is a domain name of letters, digits, `-` and `_`, and not longer than DNS allows (RFC 1035 section
/// 2.3.4).
pub(super) fn is_domain(name: &str) -> bool {
    let byte_ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let label_ok = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(byte_ok);
    name.len() <= 253 && name.split('.').all(label_ok)
}

impl<'de> Deserialize<'de> for AddressText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong =
            || de::Error::custom(format!("`{text}` is no address: expected IPv4 or IPv6 without a port"));
        text.parse().map(Self).map_err(|_| wrong())
    }
}

impl<'de> Deserialize<'de> for Ttl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let DurationText(ttl) = DurationText::deserialize(deserializer)?;
        if ttl.subsec_nanos() != 0 {
            return Err(de::Error::custom("a TTL of DNS has whole seconds: expected a unit from s on"));
        }
        Ok(Self(ttl))
    }
}

deserialize_shapes!(LineText, NameList);

impl Shapes for LineText {
    const EXPECTED: &'static str = "a log line";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        Ok(Self(text.to_owned()))
    }

    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let wrong = || {
            de::Error::custom("a mapping of several lines stands here: expected a log line, quoted with '")
        };
        let (before, after) = map.next_entry::<String, String>()?.ok_or_else(wrong)?;
        if map.next_key::<String>()?.is_some() {
            return Err(wrong());
        }
        Ok(Self(format!("{before}: {after}")))
    }
}

impl Shapes for NameList {
    const EXPECTED: &'static str = "a name or a list of them";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        Ok(Self(vec![text.to_owned()]))
    }

    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = list.next_element()? {
            all.push(one);
        }
        Ok(Self(all))
    }
}
