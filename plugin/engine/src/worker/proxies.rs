//! Is that a proxy? A balancer that does not say whom it stands for makes every client look like itself, and where its
//! address is in `mynetworks`, everybody is permitted.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// After how many connections a worker draws a conclusion.
pub const WINDOW: u32 = 100;

/// Connections from private addresses that `mynetworks` permits, since the last conclusion.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    connections: u32,
    /// At most [`WINDOW`].
    by_address: BTreeMap<IpAddr, u32>,
}

impl Proxies {
    /// A client has come; the line about it, if most of the last [`WINDOW`] connections are its own.
    pub fn count(&mut self, client: IpAddr, permitted: bool) -> Option<String> {
        self.connections = self.connections.saturating_add(1);
        if permitted && is_private(client) {
            let own = self.by_address.entry(client).or_default();
            *own = own.saturating_add(1);
        }
        if self.connections < WINDOW {
            return None;
        }
        let Self { connections, by_address } = std::mem::take(self);
        let (client, own) = by_address.into_iter().max_by_key(|&(_, own)| own)?;
        (own > connections / 2).then(|| {
            format!(
                "warning: {own} of the last {connections} connections came from {client}, which mynetworks permits: is \
                 that a proxy? It must say for whom it connects (PROXY protocol), or everybody is permitted"
            )
        })
    }
}

/// Addresses that no client from outside has: RFC 1918, RFC 6598 (shared), RFC 4193 (unique local), link-local,
/// loopback.
fn is_private(client: IpAddr) -> bool {
    match client {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            let shared = a == 100 && (64..128).contains(&b);
            shared || address.is_private() || address.is_link_local() || address.is_loopback()
        }
        IpAddr::V6(address) => {
            address.is_unique_local() || address.is_unicast_link_local() || address.is_loopback()
        }
    }
}

#[cfg(test)]
mod tests;
