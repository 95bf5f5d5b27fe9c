//! The file's own shape. Values are checked here, where their place in the file is known; what spans several
//! fields is checked one level up.

mod answers;
mod dns;
mod script;
mod values;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

pub(super) use answers::ListedAnswer;
pub(super) use dns::{LongZone, Zone};
pub(super) use script::Step;
pub(super) use values::ZoneName;
use values::{AddressText, NameList};
pub(super) use world::{FailurePolicy, Finally, Reconfigure, Test, Trap};

use crate::text::DurationText;
use values::{About, LineText, Slug};
use world::{MailServer, Outage};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub about: About,
    #[serde(default)]
    pub policy: Map<String, Value>,
    #[serde(default)]
    pub dns: BTreeMap<ZoneName, Spanned<Zone>>,
    pub clients: Spanned<BTreeMap<String, Client>>,
    pub backend: Option<Backend>,
    pub log: Option<Vec<LineText>>,
    #[serde(default)]
    pub metrics: BTreeMap<String, i64>,
    pub dials: Option<Spanned<BTreeMap<String, NameList>>>,
    #[serde(default)]
    pub finally: Finally,
    pub mail_server: Option<MailServer>,
    pub resolver: Option<Spanned<Outage>>,
    pub workers: Option<Spanned<u64>>,
    #[serde(default)]
    pub traps: Vec<Trap>,
    pub failure_policy: Option<Spanned<FailurePolicy>>,
    #[serde(default)]
    pub reconfigure: Vec<Spanned<Reconfigure>>,
    #[serde(default)]
    pub host_log: Vec<LineText>,
    pub hosts: Option<Spanned<Vec<Spanned<HostKind>>>>,
    pub refused: Option<LineText>,
    pub delta: Option<Slug>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum HostKind {
    Native,
    Component,
    ProxyWasm,
    Envoy,
    Postscreen,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub from: AddressText,
    pub worker: Option<Spanned<u64>>,
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

/// A value that a file may write in several shapes: a text, a mapping, a list. Each has its own reading.
trait Shapes: Sized {
    const EXPECTED: &'static str;

    fn from_text<E: de::Error>(text: &str) -> Result<Self, E>;

    fn from_map<'de, A: MapAccess<'de>>(_map: A) -> Result<Self, A::Error> {
        Err(de::Error::custom(format!("a mapping stands here: expected {}", Self::EXPECTED)))
    }

    fn from_list<'de, A: SeqAccess<'de>>(_list: A) -> Result<Self, A::Error> {
        Err(de::Error::custom(format!("a list stands here: expected {}", Self::EXPECTED)))
    }
}

struct ShapesVisitor<T>(PhantomData<T>);

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
                deserializer.deserialize_any($crate::parse::raw::ShapesVisitor::<Self>(std::marker::PhantomData))
            }
        }
    )*};
}

use deserialize_shapes;
