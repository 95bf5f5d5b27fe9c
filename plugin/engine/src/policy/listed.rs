//! Lists with a limit on their length.

use serde::de::{Deserialize, Deserializer, Error};
use std::ops::Deref;

/// A list of at most `MAX` entries.
#[derive(Clone, Debug)]
pub struct Bounded<L, const MAX: usize>(L);

impl<L, const MAX: usize> Bounded<L, MAX> {
    pub(super) const fn new(list: L) -> Self {
        Self(list)
    }
}

impl<L, const MAX: usize> Deref for Bounded<L, MAX> {
    type Target = L;

    fn deref(&self) -> &L {
        &self.0
    }
}

impl<'de, T, L, const MAX: usize> Deserialize<'de> for Bounded<L, MAX>
where
    L: Deserialize<'de> + Deref<Target = [T]>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = L::deserialize(deserializer)?;
        if list.len() > MAX {
            return Err(D::Error::custom(format_args!("{} entries: expected at most {MAX}", list.len())));
        }
        Ok(Self(list))
    }
}

#[cfg(not(target_family = "wasm"))]
impl<L: serde::Serialize, const MAX: usize> serde::Serialize for Bounded<L, MAX> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(not(target_family = "wasm"))]
impl<L: schemars::JsonSchema, const MAX: usize> schemars::JsonSchema for Bounded<L, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        L::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = L::json_schema(generator);
        schema.insert("maxItems".to_owned(), MAX.into());
        schema
    }
}
