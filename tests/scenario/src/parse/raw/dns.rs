//! What the resolver knows.

use std::collections::BTreeMap;

use domain::base::Rtype;
use serde::de::{self, MapAccess};

use super::answers::{AnswerOf, ListedAnswer, no_trouble};
use super::values::{AddressText, Ttl};
use crate::dns::{Answer, Fault};
use crate::parse::mistake::suggestion;
use crate::parse::raw::{Shapes, deserialize_shapes};
use crate::text::DurationText;

pub(in crate::parse) enum Zone {
    Fault(Fault),
    Short(BTreeMap<AddressText, ListedAnswer>),
    Long(LongZone),
}

#[derive(Default)]
pub(in crate::parse) struct LongZone {
    pub ttl: Option<Ttl>,
    pub soa_ttl: Option<Ttl>,
    pub latency: Option<DurationText>,
    pub lost: u32,
    pub listed: BTreeMap<AddressText, ListedAnswer>,
    pub others: Option<ListedAnswer>,
    /// The records of the zone's own name.
    pub own: BTreeMap<Rtype, Answer>,
}

deserialize_shapes!(Zone);

impl Shapes for Zone {
    const EXPECTED: &'static str = "a word for what goes wrong, {address: record}, or \
        {ttl, soa_ttl, latency, lost, listed, others, a, aaaa, mx, ptr, txt}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        let fault = text.parse().map_err(|()| no_trouble(text, "no zone", "{address: record} or one of "))?;
        Ok(Self::Fault(fault))
    }

    /// The long form has names for keys, the short form addresses.
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut long = None::<LongZone>;
        let mut short = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "ttl" => long.get_or_insert_default().ttl = Some(map.next_value()?),
                "soa_ttl" => long.get_or_insert_default().soa_ttl = Some(map.next_value()?),
                "latency" => long.get_or_insert_default().latency = Some(map.next_value()?),
                "lost" => long.get_or_insert_default().lost = map.next_value()?,
                "listed" => long.get_or_insert_default().listed = map.next_value()?,
                "others" => long.get_or_insert_default().others = Some(map.next_value()?),
                _ if let Some((_, rtype)) = TYPES.iter().find(|(word, _)| *word == key) => {
                    let answer = map.next_value_seed(AnswerOf(*rtype))?;
                    long.get_or_insert_default().own.insert(*rtype, answer);
                }
                _ => {
                    let Ok(client) = key.parse() else {
                        let hint = suggestion(&key, LONG.into_iter());
                        let message =
                            format!("`{key}` is unknown: expected an address, {}{hint}", LONG.join(", "));
                        return Err(de::Error::custom(message));
                    };
                    short.insert(AddressText(client), map.next_value()?);
                }
            }
        }
        match long {
            None => Ok(Self::Short(short)),
            Some(long) if short.is_empty() => Ok(Self::Long(long)),
            Some(_) => Err(de::Error::custom(format!(
                "addresses stand beside {}: expected them in `listed`",
                LONG.join(", ")
            ))),
        }
    }
}

/// The names of the long form.
const LONG: [&str; 11] =
    ["ttl", "soa_ttl", "latency", "lost", "listed", "others", "a", "aaaa", "mx", "ptr", "txt"];

/// The types of records by their names in the long form.
const TYPES: [(&str, Rtype); 5] =
    [("a", Rtype::A), ("aaaa", Rtype::AAAA), ("mx", Rtype::MX), ("ptr", Rtype::PTR), ("txt", Rtype::TXT)];
