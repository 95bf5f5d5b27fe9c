//! Values that a file may write in several shapes: a text, a mapping, a list.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, MapAccess, SeqAccess, Visitor};

/// A value with several shapes: each shape of YAML has its own reading.
pub(super) trait Shapes: Sized {
    const EXPECTED: &'static str;

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E>;

    fn from_map<'de, A: MapAccess<'de>>(_map: A) -> Result<Self, A::Error> {
        Err(de::Error::custom(format!("a mapping stands here: expected {}", Self::EXPECTED)))
    }

    fn from_list<'de, A: SeqAccess<'de>>(_list: A) -> Result<Self, A::Error> {
        Err(de::Error::custom(format!("a list stands here: expected {}", Self::EXPECTED)))
    }
}

pub(super) struct ShapesVisitor<T>(pub(super) PhantomData<T>);

impl<'de, T: Shapes> Visitor<'de> for ShapesVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::from_list(list)
    }
}

macro_rules! deserialize_shapes {
    ($($name:ident),*) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::parse::shapes::ShapesVisitor::<Self>(std::marker::PhantomData))
            }
        }
    )*};
}

pub(super) use deserialize_shapes;
