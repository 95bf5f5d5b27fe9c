//! The file's own shape. Values are checked here, where their place in the file is known; what spans several
//! fields is checked one level up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::shapes::{Shapes, deserialize_shapes};
use crate::story;
use crate::time::DurationText;
use crate::wire::{Bytes, TEXT_BYTES_MAX};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub about: About,
    #[serde(default)]
    pub policy: Map<String, Value>,
    #[serde(default)]
    pub dns: BTreeMap<ZoneName, Zone>,
    pub clients: Spanned<BTreeMap<String, Client>>,
    pub backend: Option<Backend>,
    pub log: Option<Vec<Line>>,
    #[serde(default)]
    pub metrics: BTreeMap<String, i64>,
    #[serde(default)]
    pub mail_server: MailServer,
    pub hosts: Option<Spanned<Vec<HostKind>>>,
    pub refused: Option<Line>,
    pub delta: Option<Slug>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MailServer {
    #[default]
    Friendly,
    Busy,
    Refuses,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum HostKind {
    Native,
    ProxyWasm,
    Envoy,
    Postscreen,
}

/// The anchor of a paragraph: lower-case words joined by hyphens.
pub(super) struct Slug(pub String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub from: Address,
    pub at: Option<Spanned<DurationText>>,
    pub after: Option<Spanned<String>>,
    pub wait: Option<Spanned<DurationText>>,
    pub script: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Backend {
    Untouched,
    Sessions(Vec<Spanned<String>>),
}

pub(super) enum Zone {
    Servfail,
    Timeout,
    Short(BTreeMap<Address, Records>),
    Long(LongZone),
}

#[derive(Default)]
pub(super) struct LongZone {
    pub ttl: Option<Ttl>,
    pub soa_ttl: Option<Ttl>,
    pub listed: BTreeMap<Address, Records>,
}

/// A domain name in lower case: labels of letters, digits, `-` and `_`, joined by dots.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ZoneName(pub String);

/// The sentence that every list of results shows.
pub(super) struct About(pub String);

/// An address without a port; IPv6 without brackets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address(pub IpAddr);

/// One A record or several.
pub(super) struct Records(pub Vec<Ipv4Addr>);

/// A duration in whole seconds that fits the TTL field (RFC 2181 section 8).
pub(super) struct Ttl(pub Duration);

/// A log line. YAML reads an unquoted `a: b` as a mapping; a line may stand there unquoted all the same.
pub(super) struct Line(pub String);

pub(super) struct Step(pub story::Step);

/// The steps as they stand in a file: a word, or a word and its argument.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Send(Payload),
    Expect(Payload),
    Closed,
    Silence(DurationText),
    Wait(DurationText),
    Elapsed(DurationText),
    End,
    Close,
    Reset,
}

/// Bytes, once or several times over.
struct Payload(Vec<u8>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    text: Bytes,
    times: usize,
}

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
        let byte_ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if name.len() > 253 || !name.split('.').all(|label| !label.is_empty() && label.bytes().all(byte_ok)) {
            let message = format!(
                "`{name}` is no zone's name: expected lower-case labels joined by dots, no final dot"
            );
            return Err(de::Error::custom(message));
        }
        Ok(Self(name))
    }
}

impl<'de> Deserialize<'de> for Address {
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

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Verb::deserialize(deserializer)? {
            Verb::Send(Payload(bytes)) => story::Step::Send(bytes),
            Verb::Expect(Payload(bytes)) => story::Step::Expect(bytes),
            Verb::Closed => story::Step::Closed,
            Verb::Silence(DurationText(time)) => story::Step::Silence(time),
            Verb::Wait(DurationText(time)) => story::Step::Wait(time),
            Verb::Elapsed(DurationText(time)) => story::Step::Elapsed(time),
            Verb::End => story::Step::End,
            Verb::Close => story::Step::Close,
            Verb::Reset => story::Step::Reset,
        }))
    }
}

deserialize_shapes!(Line, Payload, Records, Zone);

impl Shapes for Line {
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

impl Shapes for Payload {
    const EXPECTED: &'static str = "a quoted text, or {text, times}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        crate::wire::bytes(text).map(Self).map_err(E::custom)
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let Repeated { text, times } = Repeated::deserialize(MapAccessDeserializer::new(map))?;
        if times == 0 || text.0.len().saturating_mul(times) > TEXT_BYTES_MAX {
            let message = format!(
                "`times` is {times}: expected at least 1, and at most {TEXT_BYTES_MAX} bytes together"
            );
            return Err(de::Error::custom(message));
        }
        Ok(Self(text.0.repeat(times)))
    }
}

impl Shapes for Records {
    const EXPECTED: &'static str = "an IPv4 address or a list of them";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        text.parse()
            .map(|record| Self(vec![record]))
            .map_err(|_| E::custom(format!("`{text}` is no A record: expected {}", Self::EXPECTED)))
    }

    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        while let Some(Self(one)) = list.next_element()? {
            all.extend(one);
        }
        if all.is_empty() {
            return Err(de::Error::custom(format!("an empty list stands here: expected {}", Self::EXPECTED)));
        }
        Ok(Self(all))
    }
}

impl Shapes for Zone {
    const EXPECTED: &'static str = "timeout, servfail, {address: record} or {ttl, soa_ttl, listed}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        match text {
            "servfail" => Ok(Self::Servfail),
            "timeout" => Ok(Self::Timeout),
            _ => Err(E::custom(format!("`{text}` is no zone: expected {}", Self::EXPECTED))),
        }
    }

    /// The long form has names for keys, the short form addresses.
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut long = None::<LongZone>;
        let mut short = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "ttl" => long.get_or_insert_default().ttl = Some(map.next_value()?),
                "soa_ttl" => long.get_or_insert_default().soa_ttl = Some(map.next_value()?),
                "listed" => long.get_or_insert_default().listed = map.next_value()?,
                _ => {
                    let Ok(client) = key.parse() else {
                        let message =
                            format!("`{key}` is unknown: expected an address, ttl, soa_ttl or listed");
                        return Err(de::Error::custom(message));
                    };
                    short.insert(Address(client), map.next_value()?);
                }
            }
        }
        match long {
            None => Ok(Self::Short(short)),
            Some(long) if short.is_empty() => Ok(Self::Long(long)),
            Some(_) => Err(de::Error::custom(
                "addresses stand beside ttl, soa_ttl or listed: expected them in `listed`",
            )),
        }
    }
}
