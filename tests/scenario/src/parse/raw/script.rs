//! What clients do.

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer};

use crate::parse::raw::{Shapes, deserialize_shapes};
use crate::story;
use crate::text::{BytesText, DurationText, TEXT_BYTES_MAX};

pub(in crate::parse) struct Step(pub story::Step);

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
pub(super) struct Payload(pub(super) Vec<u8>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    text: BytesText,
    times: usize,
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

deserialize_shapes!(Payload);

impl Shapes for Payload {
    const EXPECTED: &'static str = "a quoted text, or {text, times}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        crate::text::bytes(text).map(Self).map_err(E::custom)
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
