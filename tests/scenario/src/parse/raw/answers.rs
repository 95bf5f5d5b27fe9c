//! What the resolver says about a name: records, trouble, or both later.

use std::fmt;

use domain::base::Rtype;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::script::Payload;
use super::values::is_domain;
use crate::dns::{Answer, Fault, Odd, Record, Says};
use crate::parse::mistake::suggestion;
use crate::parse::raw::{Shapes, deserialize_shapes};
use crate::text::DurationText;

/// What is said about one client of a list.
pub(in crate::parse) struct ListedAnswer(pub Odd);

/// Reads what is said to questions of this type.
#[derive(Clone, Copy)]
pub(super) struct AnswerOf(pub Rtype);

/// Reads one record of this type.
#[derive(Clone, Copy)]
struct RecordOf(Rtype);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ListedField {
    Latency,
    Answer,
    Reason,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum LateField {
    Latency,
    Answer,
}

deserialize_shapes!(ListedAnswer);

impl Shapes for ListedAnswer {
    const EXPECTED: &'static str =
        "an IPv4 address, a list of them, a word for what goes wrong, or {latency, answer, reason}";

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E> {
        let answer = AnswerOf(Rtype::A).visit_str(text)?;
        Ok(Self(Odd { answer, reason: None }))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        let answer = AnswerOf(Rtype::A).visit_seq(list)?;
        Ok(Self(Odd { answer, reason: None }))
    }

    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut odd = Odd::default();
        while let Some(field) = map.next_key()? {
            match field {
                ListedField::Latency => odd.answer.latency = Some(map.next_value::<DurationText>()?.0),
                ListedField::Answer => odd.answer.says = map.next_value_seed(AnswerOf(Rtype::A))?.says,
                ListedField::Reason => odd.reason = Some(map.next_value_seed(AnswerOf(Rtype::TXT))?),
            }
        }
        Ok(Self(odd))
    }
}

impl<'de> DeserializeSeed<'de> for AnswerOf {
    type Value = Answer;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Answer, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnswerOf {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = RecordOf(self.0).expected();
        write!(f, "{one}, a list of them, a word for what goes wrong, or {{latency, answer}}")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Answer, E> {
        if let Ok(fault) = text.parse() {
            return Ok(Answer { latency: None, says: Some(Says::Fault(fault)) });
        }
        let Self(rtype) = self;
        match RecordOf(rtype).visit_str::<E>(text) {
            Ok(record) => Ok(Answer::of(vec![record])),
            Err(error) if rtype == Rtype::TXT => Err(error),
            Err(_) => {
                let expected = format!("{} or one of ", RecordOf(rtype).expected());
                Err(no_trouble(text, &format!("no {rtype} record and no trouble"), &expected))
            }
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Answer, A::Error> {
        let mut records = Vec::new();
        while let Some(record) = list.next_element_seed(RecordOf(self.0))? {
            records.push(record);
        }
        if records.is_empty() {
            let one = RecordOf(self.0).expected();
            let message = format!("an empty list stands here: expected {one} or a list of them");
            return Err(de::Error::custom(message));
        }
        Ok(Answer::of(records))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answer, A::Error> {
        let mut answer = Answer::default();
        while let Some(field) = map.next_key()? {
            match field {
                LateField::Latency => answer.latency = Some(map.next_value::<DurationText>()?.0),
                LateField::Answer => answer.says = map.next_value_seed(self)?.says,
            }
        }
        Ok(answer)
    }
}

impl<'de> DeserializeSeed<'de> for RecordOf {
    type Value = Record;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Record, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RecordOf {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Record, E> {
        let name = || is_domain(text).then(|| text.to_owned());
        let record = match self.0 {
            Rtype::A => text.parse().ok().map(Record::A),
            Rtype::AAAA => text.parse().ok().map(Record::Aaaa),
            Rtype::MX => name().map(Record::Mx),
            Rtype::PTR => name().map(Record::Ptr),
            _ => return crate::text::bytes(text).map(Record::Txt).map_err(E::custom),
        };
        let wrong = || E::custom(format!("`{text}` is no {} record: expected {}", self.0, self.expected()));
        record.ok_or_else(wrong)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Record, A::Error> {
        if self.0 == Rtype::TXT {
            return Payload::from_map(map).map(|Payload(text)| Record::Txt(text));
        }
        Err(de::Error::custom(format!("a mapping stands here: expected {}", self.expected())))
    }
}

// === impl RecordOf ===

impl RecordOf {
    fn expected(self) -> &'static str {
        match self.0 {
            Rtype::A => "an IPv4 address",
            Rtype::AAAA => "an IPv6 address",
            Rtype::MX | Rtype::PTR => "a domain name in lower case",
            _ => "a text",
        }
    }
}

/// A word that says nothing of what can go wrong.
pub(super) fn no_trouble<E: de::Error>(text: &str, what: &str, expected: &str) -> E {
    let hint = suggestion(text, Fault::WORDS.iter().map(|(word, _)| *word));
    E::custom(format!("`{text}` is {what}: expected {expected}{}{hint}", Fault::expected()))
}
