//! What an attribute or an expression is worth, and its form on the wire.

use crate::abi::{Status, encode_pairs};

/// A value of Envoy's expression language.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "cel"), expect(dead_code, reason = "only expressions are worth some of them"))]
pub(crate) enum CelValue {
    Bool(bool),
    Bytes(Vec<u8>),
    Double(f64),
    /// A span of time in nanoseconds.
    Duration(i64),
    /// What has no form on the wire: null, a type, a group of attributes as a whole.
    Formless,
    Int(i64),
    List(Vec<Self>),
    /// A map; those that only answer questions about their keys have no pairs.
    Map(Vec<(Self, Self)>),
    /// A protobuf message, as it is on the wire.
    Message(Vec<u8>),
    Text(String),
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Time(i64),
    Uint(u64),
}

impl CelValue {
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A map that only answers questions about its keys.
    pub fn lookup() -> Self {
        Self::Map(Vec::new())
    }

    /// `serializeValue`: strings and messages are raw bytes, numbers and times eight bytes little-endian, booleans one
    /// byte, maps as header maps are, and of a list each element is a name without a value. `SerializationFailure` for
    /// what has no form, or contains such.
    pub fn wire(&self) -> Result<Vec<u8>, Status> {
        Ok(match self {
            Self::Bool(value) => vec![u8::from(*value)],
            Self::Bytes(bytes) | Self::Message(bytes) => bytes.clone(),
            Self::Double(value) => value.to_le_bytes().into(),
            Self::Duration(value) | Self::Int(value) | Self::Time(value) => value.to_le_bytes().into(),
            Self::Formless => return Err(Status::SerializationFailure),
            Self::List(elements) => {
                let names = elements.iter().map(|element| Ok((element.wire()?, Vec::new())));
                encode_pairs(&names.collect::<Result<_, Status>>()?)
            }
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| Ok((key.wire()?, value.wire()?)));
                encode_pairs(&entries.collect::<Result<_, Status>>()?)
            }
            Self::Text(text) => text.clone().into_bytes(),
            Self::Uint(value) => value.to_le_bytes().into(),
        })
    }
}

#[cfg(test)]
mod tests;
