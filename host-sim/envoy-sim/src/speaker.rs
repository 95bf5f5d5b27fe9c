//! The cluster that speaks: an internal listener with the echo filter, behind the PROXY protocol transport socket.

use std::net::SocketAddr;

/// Both ends of the internal connection, between two turns of the event loop.
#[derive(Debug, Default)]
pub(crate) struct Speaker {
    /// The header goes out with the first write, before its bytes.
    greeted: bool,
    inbox: Vec<u8>,
    end: bool,
}

impl Speaker {
    /// `tcp_proxy` writes.
    pub fn write(&mut self, client: SocketAddr, server: SocketAddr, bytes: &[u8], end: bool) {
        if !self.greeted {
            self.greeted = true;
            self.inbox.extend(proxy_header(client, server).into_bytes());
        }
        self.inbox.extend(bytes);
        self.end |= end;
    }

    /// The connection stands but nothing was written yet: the transport socket still has its header to send.
    pub fn must_greet(&self) -> bool {
        !self.greeted
    }

    /// The echo has something to do.
    pub fn is_ready(&self) -> bool {
        self.end || !self.inbox.is_empty()
    }

    /// The echo's turn: what comes back, and whether it closed; `None` when it has nothing to do.
    ///
    /// The echo filter does not enable half-close. So when the end arrives, Envoy closes its connection, and what came
    /// in the same read is lost before it was written back.
    pub fn turn(&mut self) -> Option<(Vec<u8>, bool)> {
        let bytes = std::mem::take(&mut self.inbox);
        if std::mem::take(&mut self.end) {
            return Some((Vec::new(), true));
        }
        (!bytes.is_empty()).then_some((bytes, false))
    }
}

/// PROXY protocol, version 1. Mixed families cannot happen: a socket has one.
fn proxy_header(client: SocketAddr, server: SocketAddr) -> String {
    let family = if client.is_ipv4() { "TCP4" } else { "TCP6" };
    format!("PROXY {family} {} {} {} {}\r\n", client.ip(), server.ip(), client.port(), server.port())
}

#[cfg(test)]
mod tests;
