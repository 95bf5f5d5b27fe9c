//! The mail server, the resolver as a whole, and what befalls the host.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::script::Payload;
use super::values::{AddressText, LineText};
use crate::dns::Fault;
use crate::parse::mistake::suggestion;
use crate::parse::raw::{Shapes, deserialize_shapes};
use crate::story;
use crate::text::DurationText;

pub(in crate::parse) struct MailServer(pub story::MailServer);

/// The mail server's words for whole behaviours.
const MAIL_SERVERS: [&str; 3] = ["friendly", "busy", "refuses"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manners {
    greeting: Option<Payload>,
    after: Option<DurationText>,
    piece_bytes: Option<std::num::NonZeroUsize>,
    pause: Option<DurationText>,
    then: Option<Ending>,
    #[serde(default)]
    on: BTreeMap<Verb, Manner>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ending {
    Close,
    Reset,
    Stall,
}

/// A command's first word, in upper case.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Verb(String);

struct Manner(story::Manner);

pub(in crate::parse) struct Outage(pub story::Outage);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongOutage {
    fault: Option<FaultWord>,
    latency: Option<DurationText>,
    from: Option<DurationText>,
    until: Option<DurationText>,
}

struct FaultWord(Fault);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::parse) struct Trap {
    pub at: DurationText,
    pub worker: Spanned<u64>,
}

/// As Envoy calls them.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::enum_variant_names, reason = "the words are Envoy's")]
pub(in crate::parse) enum FailurePolicy {
    FailClosed,
    FailOpen,
    FailReload,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::parse) struct Reconfigure {
    pub at: DurationText,
    pub policy: Map<String, Value>,
    pub refused: Option<LineText>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::parse) struct Finally {
    pub open: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    pub passes: BTreeMap<AddressText, Vec<Test>>,
    pub verdicts: Option<Spanned<BTreeMap<String, String>>>,
    pub records: Option<Spanned<BTreeMap<String, RecordParts>>>,
}

/// What a record has; `None`: there is no record.
pub(in crate::parse) struct RecordParts(pub Option<Map<String, Value>>);

/// A test by Postfix's name.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::parse) enum Test {
    Pregreet,
    Dnsbl,
    Pipelining,
    NonSmtpCommand,
    BareNewline,
}

deserialize_shapes!(FaultWord, MailServer, Manner, Outage, RecordParts);

impl Shapes for MailServer {
    const EXPECTED: &'static str =
        "friendly, busy, refuses or {greeting, after, piece_bytes, pause, then, on}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        Ok(Self(match text {
            "friendly" => story::MailServer::default(),
            "busy" => story::MailServer::Busy,
            "refuses" => story::MailServer::Refuses,
            _ => {
                let hint = suggestion(text, MAIL_SERVERS.into_iter());
                let message = format!("`{text}` is no mail server: expected {}{hint}", Self::EXPECTED);
                return Err(E::custom(message));
            }
        }))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let raw = Manners::deserialize(MapAccessDeserializer::new(map))?;
        let default = story::Manners::default();
        Ok(Self(story::MailServer::Serves(story::Manners {
            greeting: raw.greeting.map_or(default.greeting, |Payload(bytes)| bytes),
            after: raw.after.map_or(default.after, |DurationText(time)| time),
            piece_bytes: raw.piece_bytes,
            pause: raw.pause.map_or(default.pause, |DurationText(time)| time),
            then: raw.then.map(Into::into),
            on: raw.on.into_iter().map(|(Verb(verb), Manner(manner))| (verb, manner)).collect(),
        })))
    }
}

impl Shapes for Manner {
    const EXPECTED: &'static str = "close, reset, stall or a reply that ends with \\r\\n";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        let ending = match text {
            "close" => story::Ending::Close,
            "reset" => story::Ending::Reset,
            "stall" => story::Ending::Stall,
            _ if text.ends_with("\r\n") => {
                return crate::text::bytes(text).map(story::Manner::Says).map(Self).map_err(E::custom);
            }
            _ => return Err(E::custom(format!("`{text}` is no reply: expected {}", Self::EXPECTED))),
        };
        Ok(Self(story::Manner::Ends(ending)))
    }
}

impl Shapes for Outage {
    const EXPECTED: &'static str = "missing, a word for what goes wrong, or {fault, latency, from, until}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        let missing = text == "missing";
        let fault = if missing { None } else { Some(FaultWord::from_text::<E>(text)?.0) };
        Ok(Self(story::Outage { fault, missing, latency: None, from: Duration::ZERO, until: None }))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let raw = LongOutage::deserialize(MapAccessDeserializer::new(map))?;
        let from = raw.from.map_or_else(Default::default, |DurationText(time)| time);
        let until = raw.until.map(|DurationText(time)| time);
        if raw.fault.is_none() && raw.latency.is_none() {
            return Err(de::Error::custom(
                "nothing is wrong with this resolver: expected `fault` or `latency`",
            ));
        }
        if until.is_some_and(|until| until <= from) {
            return Err(de::Error::custom("`until` is not after `from`: expected a later time"));
        }
        Ok(Self(story::Outage {
            fault: raw.fault.map(|FaultWord(fault)| fault),
            missing: false,
            latency: raw.latency.map(|DurationText(time)| time),
            from,
            until,
        }))
    }
}

impl Shapes for RecordParts {
    const EXPECTED: &'static str = "none or a mapping of what the record has";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        match text {
            "none" => Ok(Self(None)),
            _ => Err(E::custom(format!("`{text}` is no record: expected {}", Self::EXPECTED))),
        }
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        Map::deserialize(MapAccessDeserializer::new(map)).map(Some).map(Self)
    }
}

impl Shapes for FaultWord {
    const EXPECTED: &'static str = "a word for what goes wrong";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        text.parse().map(Self).map_err(|()| {
            let hint = suggestion(text, Fault::WORDS.iter().map(|(word, _)| *word));
            E::custom(format!("`{text}` is no trouble: expected {}{hint}", Fault::expected()))
        })
    }
}

impl<'de> Deserialize<'de> for Verb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let message =
                format!("`{text}` is no command: expected its first word in upper case, as in RCPT");
            return Err(de::Error::custom(message));
        }
        Ok(Self(text))
    }
}

impl From<Ending> for story::Ending {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Close => Self::Close,
            Ending::Reset => Self::Reset,
            Ending::Stall => Self::Stall,
        }
    }
}

// === impl Test ===

impl Test {
    pub(in crate::parse) fn name(self) -> &'static str {
        match self {
            Self::Pregreet => "pregreet",
            Self::Dnsbl => "dnsbl",
            Self::Pipelining => "pipelining",
            Self::NonSmtpCommand => "non_smtp_command",
            Self::BareNewline => "bare_newline",
        }
    }
}
