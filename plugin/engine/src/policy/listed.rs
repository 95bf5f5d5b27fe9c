//! Lists with a limit on their length.

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
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
    T: Deserialize<'de>,
    L: From<Vec<T>> + Deref<Target = [T]>,
{
    /// What is above the limit is counted, and not kept.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T, const MAX: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Entries<T, MAX> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
                let mut entries = Vec::new();
                while entries.len() < MAX {
                    match sequence.next_element()? {
                        Some(entry) => entries.push(entry),
                        None => return Ok(entries),
                    }
                }
                let mut count = MAX;
                while sequence.next_element::<IgnoredAny>()?.is_some() {
                    count = count.saturating_add(1);
                }
                if count > MAX {
                    return Err(A::Error::custom(format_args!("{count} entries: expected at most {MAX}")));
                }
                Ok(entries)
            }
        }

        let entries = deserializer.deserialize_seq(Entries::<T, MAX>(PhantomData))?;
        Ok(Self(L::from(entries)))
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
