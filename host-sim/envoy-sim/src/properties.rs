//! What a module can ask about its stream and about itself, and what it can leave there.
//!
//! The paths are those of Envoy's attributes. Not here are those that this host has no value for: everything about TLS,
//! most of `xds.node`, the address of a host's own echo, and the fields of a declared protobuf or flatbuffer.

mod attributes;
mod filter_state;

#[cfg(test)]
pub(crate) use filter_state::FILTER_STATE_BYTES_MAX;
pub(crate) use filter_state::{CLUSTER, IDLE_TIMEOUT_MS, factory, has_room};

use crate::abi::{Status, encode_pairs};
use crate::connection::Connection;
use crate::settings::Settings;
use crate::time::Now;

/// Where `proxy_set_property` stores: the path as it was given, so a path of two segments has a NUL in its key.
pub(crate) fn own_key(path: &[u8]) -> String {
    format!("wasm.{}", String::from_utf8_lossy(path))
}

/// The attributes as one context finds them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    settings: &'a Settings,
    now: Now,
    /// `None`: a root context.
    stream: Option<&'a Connection>,
}

impl<'a> View<'a> {
    /// Of a stream, or of a root context without one.
    pub fn new(settings: &'a Settings, now: Now, stream: Option<&'a Connection>) -> Self {
        Self { settings, now, stream }
    }

    /// Of a root context with these settings.
    #[cfg(all(test, feature = "cel"))]
    pub fn of_root(settings: &'a Settings, now: Now) -> Self {
        Self { settings, now, stream: None }
    }

    /// The value at this path; `None`: there is nothing.
    pub fn find(&self, path: &[&str]) -> Option<CelValue> {
        match path {
            ["plugin_name"] => return Some(CelValue::text(&self.settings.plugin_name)),
            ["plugin_root_id"] => return Some(CelValue::text(&self.settings.root_id)),
            ["plugin_vm_id"] => return Some(CelValue::text(&self.settings.vm_id)),
            ["xds", rest @ ..] => return attributes::xds(&self.settings.node, self.stream, rest),
            _ => {}
        }
        let stream = self.stream?;
        match path {
            ["connection_id"] => attributes::connection(stream, &["id"]),
            ["request", rest @ ..] => attributes::request(stream, self.now, rest),
            ["response", rest @ ..] => attributes::response(stream, rest),
            ["connection", rest @ ..] => attributes::connection(stream, rest),
            ["source", rest @ ..] => attributes::peer(stream.client, rest),
            ["destination", rest @ ..] => attributes::peer(stream.server, rest),
            ["upstream", rest @ ..] => attributes::upstream(stream, rest),
            ["metadata", rest @ ..] => attributes::metadata(rest),
            ["filter_state", rest @ ..] => filter_state::find(stream, rest, self.settings.profile),
            // What `proxy_set_property` stored under this name.
            [name] => stream.filter_state.get(&own_key(name.as_bytes())).cloned().map(CelValue::Bytes),
            _ => None,
        }
    }
}

/// A value of Envoy's expression language.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    not(any(test, feature = "cel")),
    expect(dead_code, reason = "only expressions are worth some of them")
)]
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
