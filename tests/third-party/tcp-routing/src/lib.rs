//! Sends each connection to one of two clusters, by the last octet of the client's address: `backend` when it is even,
//! `other` when it is odd.

#![expect(missing_docs, reason = "the SDK's macro writes an undocumented entry point")]

use std::net::SocketAddr;

use log::{info, warn};
use proxy_wasm::traits::{Context, RootContext, StreamContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Plugin));
}}

/// Makes a context for each connection.
struct Plugin;

impl Context for Plugin {}

impl RootContext for Plugin {
    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::StreamContext)
    }

    fn create_stream_context(&self, context_id: u32) -> Option<Box<dyn StreamContext>> {
        Some(Box::new(Connection { context_id }))
    }
}

/// One connection.
struct Connection {
    context_id: u32,
}

impl Context for Connection {}

impl StreamContext for Connection {
    fn on_new_connection(&mut self) -> Action {
        let cluster = match self.client() {
            Some(SocketAddr::V4(client)) if client.ip().octets()[3] % 2 == 0 => "backend",
            Some(_) => "other",
            None => {
                warn!("#{} comes from nowhere", self.context_id);
                return Action::Continue;
            }
        };
        match self.call_foreign_function("set_envoy_filter_state", Some(&filter_state(cluster))) {
            Ok(_) => info!("#{} goes to {cluster}", self.context_id),
            Err(status) => warn!("#{} cannot be routed: {status:?}", self.context_id),
        }
        Action::Continue
    }

    fn on_downstream_data(&mut self, size: usize, end: bool) -> Action {
        info!("#{} sends {size} bytes{}", self.context_id, if end { ", its last" } else { "" });
        Action::Continue
    }

    fn on_log(&mut self) {
        info!("#{} is over", self.context_id);
    }
}

impl Connection {
    fn client(&self) -> Option<SocketAddr> {
        String::from_utf8(self.get_property(vec!["source", "address"])?).ok()?.parse().ok()
    }
}

/// `SetEnvoyFilterStateArguments`, by hand: field 1 is the object's name, field 2 its value.
fn filter_state(cluster: &str) -> Vec<u8> {
    let mut message = Vec::new();
    for (field, value) in [(1, "envoy.tcp_proxy.cluster"), (2, cluster)] {
        message.push(field << 3 | 2);
        message.push(u8::try_from(value.len()).unwrap_or(u8::MAX));
        message.extend(value.as_bytes());
    }
    message
}
