//! Whose attributes are asked for.

use super::{CelValue, attributes, filter_state, own_key};
use crate::connection::Connection;
use crate::settings::Settings;
use crate::time::Now;
use crate::vm::State;

/// The attributes as one context finds them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    settings: &'a Settings,
    now: Now,
    /// `None`: a root context.
    stream: Option<&'a Connection>,
}

impl<'a> View<'a> {
    /// Of the context that host functions act on.
    pub fn effective(state: &'a State) -> Self {
        Self::of(state, state.stream_context())
    }

    /// Of the context whose callback is running, whatever `proxy_set_effective_context` was told.
    #[cfg(feature = "cel")]
    pub fn current(state: &'a State) -> Self {
        Self::of(state, Some(state.current_context))
    }

    /// Of a root context with these settings.
    #[cfg(test)]
    pub fn of_root(settings: &'a Settings, now: Now) -> Self {
        Self { settings, now, stream: None }
    }

    fn of(state: &'a State, context: Option<u32>) -> Self {
        let stream = context.and_then(|context| state.streams.get(&context));
        Self { settings: &state.settings, now: state.now, stream }
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
