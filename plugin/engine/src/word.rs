//! Types that are written as one JSON string, and can only hold sense.

use serde::de::{self, Deserializer, Visitor};
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// A type that is written as one JSON string.
pub trait Word: FromStr<Err: Error> + fmt::Display {
    /// What such a string looks like, for error messages: `a period such as "6s"`.
    const EXPECTED: &'static str;
}

/// A text is not written as what it should be. For types of which there is no more to say than what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordError {
    expected: &'static str,
}

impl WordError {
    /// The text is no `T`.
    pub(crate) const fn no<T: Word>() -> Self {
        Self { expected: T::EXPECTED }
    }
}

impl fmt::Display for WordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl Error for WordError {}

/// Deserialises a [`Word`]. The error shows the value and what was expected.
pub fn deserialize_word<'de, T: Word, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct WordVisitor<T>(PhantomData<T>);

    impl<T: Word> Visitor<'_> for WordVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(T::EXPECTED)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(|reason| E::custom(format_args!("{text:?}: {reason}")))
        }
    }

    deserializer.deserialize_str(WordVisitor(PhantomData))
}

/// Implements `Deserialize` for a [`Word`], and on hosts `Serialize` and `JsonSchema` with the given keywords.
macro_rules! word {
    ($type:ty, $($key:literal: $value:expr),+) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::word::deserialize_word(deserializer)
            }
        }

        #[cfg(not(target_family = "wasm"))]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(not(target_family = "wasm"))]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", $($key: $value),+ })
            }
        }
    };
}
pub(crate) use word;
