//! What the resolver knows.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, SeqAccess};

use super::values::{AddressText, Records, Ttl};
use crate::dns::Fault;
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
}

/// What is said about one client.
pub(in crate::parse) enum ListedAnswer {
    Records(Records),
    Fault(Fault),
    Late(DurationText, Option<Box<ListedAnswer>>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Late {
    latency: DurationText,
    answer: Option<ListedAnswer>,
}

deserialize_shapes!(ListedAnswer, Zone);

impl Shapes for ListedAnswer {
    const EXPECTED: &'static str =
        "an IPv4 address, a list of them, a word for what goes wrong, or {latency, answer}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        if let Ok(fault) = text.parse() {
            return Ok(Self::Fault(fault));
        }
        match Records::from_text::<E>(text) {
            Ok(records) => Ok(Self::Records(records)),
            Err(_) => Err(unknown(text, "no A record and no trouble", "an IPv4 address or one of ")),
        }
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        Records::from_list(list).map(Self::Records)
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let Late { latency, answer } = Late::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Self::Late(latency, answer.map(Box::new)))
    }
}

impl Shapes for Zone {
    const EXPECTED: &'static str = "a word for what goes wrong, {address: record}, or \
        {ttl, soa_ttl, latency, lost, listed, others}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        let fault = text.parse().map_err(|()| unknown(text, "no zone", "{address: record} or one of "))?;
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
const LONG: [&str; 6] = ["ttl", "soa_ttl", "latency", "lost", "listed", "others"];

fn unknown<E: de::Error>(text: &str, what: &str, expected: &str) -> E {
    let hint = suggestion(text, Fault::WORDS.iter().map(|(word, _)| *word));
    E::custom(format!("`{text}` is {what}: expected {expected}{}{hint}", Fault::expected()))
}
