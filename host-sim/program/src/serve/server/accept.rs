//! How a client gets in: a free slot, its PROXY protocol header where there must be one, then the host.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::Driven;
use tokio::task::{spawn_local, yield_now};
use tokio::time::sleep;

use super::{Link, Server, UpstreamSocket};
use crate::serve::limits::ClientSlot;
use crate::serve::listen::Listener;
use crate::serve::pipe::{Pipe, Side};
use crate::serve::print::Event;
use crate::serve::proxy_header;
use crate::serve::stream::{Ends, Stream};

/// After a failed accept, which mostly means that there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// After so many clients of a crowd, those who are in have their turn.
const ACCEPTS_IN_A_ROW: u32 = 16;

impl Server {
    /// Takes clients in. Who cannot be accepted for want of a file waits in the kernel's queue.
    pub(super) async fn accept_all(self: Rc<Self>, listener: Listener) -> Infallible {
        let mut failing = false;
        let mut in_a_row = 0;
        loop {
            in_a_row += 1;
            if in_a_row > ACCEPTS_IN_A_ROW {
                in_a_row = 1;
                yield_now().await;
            }
            match listener.accept().await {
                Ok((stream, ends)) => {
                    failing = false;
                    self.meters.accepted.inc();
                    self.admit(stream, ends);
                }
                // That client is gone already, the next may be there.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    self.meters.accept_errors.inc();
                    if !std::mem::replace(&mut failing, true) {
                        let text = format!("clients cannot be accepted, and have to wait: {error}");
                        self.notice(Event::Limit, None, &text);
                    }
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn admit(self: &Rc<Self>, stream: Stream, ends: Option<Ends>) {
        let Some(slot) = self.slots.take() else {
            self.meters.refused_by_limit.inc();
            if !self.full.replace(true) {
                let open = self.slots.taken();
                let text =
                    format!("{open} clients are connected, as many as there may be; more are turned away");
                self.notice(Event::Limit, ends.map(|ends| ends.client), &text);
            }
            return;
        };
        if self.full.replace(false) {
            self.notice(Event::Limit, None, "there is room for clients again");
        }
        match (self.options.proxy_header_in, ends) {
            (Some(wait), ends) => {
                spawn_local(Rc::clone(self).introduce(stream, ends, slot, wait));
            }
            (None, Some(ends)) => self.begin(stream, ends, slot, Vec::new()),
            // A client that is gone already has no local address either; there is nothing to serve.
            (None, None) => {}
        }
    }

    /// Lets the proxy in front say who the client is.
    async fn introduce(self: Rc<Self>, stream: Stream, own: Option<Ends>, slot: ClientSlot, wait: Duration) {
        let read = tokio::select! {
            read = proxy_header::read(&stream, wait) => read,
            // Nothing was promised to this client yet.
            () = self.stopping() => return,
        };
        let proxy = own.map(|own| own.client);
        match read {
            Ok(header) => match header.ends.or(own) {
                Some(ends) => self.begin(stream, ends, slot, header.rest),
                None => self.turn_away(None, "the header names no client, and neither does a Unix socket"),
            },
            Err((flaw, bytes)) => self.turn_away(proxy, &flaw.text(&bytes)),
        }
    }

    fn turn_away(&self, proxy: Option<std::net::SocketAddr>, why: &str) {
        self.meters.refused_by_header.inc();
        self.notice(Event::ProxyHeader, proxy, &format!("closed without being screened: {why}"));
    }

    /// Hands the client to the host, with what it has already sent.
    fn begin(self: &Rc<Self>, stream: Stream, ends: Ends, slot: ClientSlot, early: Vec<u8>) {
        let connection = self.host.borrow_mut().accept(ends.client, ends.server, None, self.clock.now());
        let client = Pipe::start(self.tell(), connection, Side::Client, stream, slot);
        self.links.borrow_mut().insert(connection, Link { client, upstream: UpstreamSocket::None, ends });
        self.carry_out_all();
        if !early.is_empty() {
            self.handle(Side::Client.arrived(connection, early, false));
        }
    }
}
