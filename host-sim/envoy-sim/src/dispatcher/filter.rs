//! The filter manager: the module comes first, `tcp_proxy` second.

use std::net::SocketAddr;

use super::Dispatcher;
use crate::connection::Connection;
use crate::event::ConnectionId;
use crate::settings::FailurePolicy;
use crate::vm::{Callback, Called};

/// What a new client meets.
enum Admission {
    /// The module, as a stream of this root context.
    To(u32),
    /// `tcp_proxy` at once: Envoy leaves the filter out of the chain.
    WithoutFilter,
    /// Nobody.
    Closed,
}

/// What a data callback answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FilterStatus {
    Continue,
    StopIteration,
}

impl Dispatcher {
    /// A client has connected. Returns the number of its context.
    pub fn accept(&mut self, id: ConnectionId, client: SocketAddr, server: SocketAddr) -> u32 {
        let context = self.state_mut().allocate_context();
        let accepted = self.state().now.monotonic;
        let early_data = self.state().settings.tcp_proxy.max_early_data_bytes.is_some();
        let connection = Connection::new(id, client, server, accepted, early_data);
        self.state_mut().streams.insert(context, connection);
        self.touched.insert(context);
        match self.admission() {
            Admission::Closed => self.close(context),
            Admission::WithoutFilter => _ = self.start_proxy(context),
            Admission::To(root) => self.new_stream(context, root),
        }
        context
    }

    fn admission(&self) -> Admission {
        let open = self.state().settings.failure_policy.admits_without_filter();
        match self.root {
            _ if self.stopped => Admission::Closed,
            None => Admission::WithoutFilter,
            Some(_) if self.failed() && open => Admission::WithoutFilter,
            Some(_) if self.failed() => Admission::Closed,
            Some(root) => Admission::To(root),
        }
    }

    fn new_stream(&mut self, context: u32, root: u32) {
        if let Some(connection) = self.stream(context) {
            connection.known_to_module = true;
            connection.root = root;
        }
        self.call(context, Callback::ContextCreate, &[context, root]);
        if self.ask(context, Callback::NewConnection, &[context]) == FilterStatus::Continue
            && self.open_stream(context).is_some_and(|connection| !connection.proxy_started)
        {
            self.start_proxy(context);
        }
    }

    /// The client's socket has something to read.
    pub fn client_bytes(&mut self, context: u32, bytes: Vec<u8>, end: bool) {
        let Some(connection) = self.stream(context) else { return };
        connection.socket.inbox.extend(bytes);
        connection.socket.inbox_end |= end;
        self.read_client(context);
    }

    /// Reads what the client sent, while reads are enabled. Iteration always starts at the module.
    pub(super) fn read_client(&mut self, context: u32) {
        while let Some(connection) = self.open_stream(context) {
            let arrived = connection.socket.inbox.len() as u64;
            if !connection.reads_enabled() || !connection.socket.read() {
                return;
            }
            connection.received += arrived;
            connection.counted.received += connection.socket.read_buffer.len() as u64;
            connection.socket.visible = true;
            let args = data_args(context, &connection.socket.read_buffer, connection.socket.read_end);
            if self.ask(context, Callback::DownstreamData, &args) == FilterStatus::Continue {
                if let Some(connection) = self.stream(context) {
                    connection.socket.visible = false;
                }
                self.continue_reading(context);
            }
            if self.open_stream(context).is_some_and(|connection| connection.socket.both_ended()) {
                self.closed_by_client(context, false);
            }
        }
    }

    /// Goes on with the next filter: `proxy_continue_stream`, or Continue from the data callback, which thereby
    /// un-pauses a connection that was paused when it was new.
    pub(super) fn continue_reading(&mut self, context: u32) {
        let Some(connection) = self.open_stream(context) else { return };
        if !connection.proxy_started && !self.start_proxy(context) {
            return;
        }
        let Some(connection) = self.open_stream(context) else { return };
        if !connection.socket.read_buffer.is_empty() || connection.socket.read_end {
            self.proxy_client_data(context);
        }
    }

    /// Upstream bytes on their way to the client pass the module; what it lets pass is written.
    pub(super) fn write(&mut self, context: u32) {
        let Some(connection) = self.open_stream(context) else { return };
        connection.upstream.socket.visible = true;
        let upstream = &connection.upstream;
        let end = upstream.socket.read_end;
        let args = data_args(context, &upstream.socket.read_buffer, end);
        let status = self.ask(context, Callback::UpstreamData, &args);
        if status == FilterStatus::Continue
            && let Some(connection) = self.stream(context)
        {
            connection.upstream.socket.visible = false;
        }
        if end && self.stream(context).is_some_and(|connection| connection.known_to_module) {
            // The only place where a module hears of an upstream close.
            self.call(context, Callback::UpstreamConnectionClose, &[context, 0]);
        }
        // A close that the module deferred was carried out before this: then the bytes are lost. What a module
        // paused waits for the next upstream bytes; there is no way to resume it.
        let Some(connection) = self.open_stream(context) else { return };
        if status == FilterStatus::Continue {
            connection.counted.sent += connection.upstream.socket.read_buffer.len() as u64;
            connection.socket.write_buffer.append(&mut connection.upstream.socket.read_buffer);
            connection.socket.write_end |= end;
        }
    }

    /// Calls a stream callback. When the machine has failed, the stream is closed and the chain stops; with the
    /// legacy `fail_open` it goes on. A chain without the module always does.
    fn ask(&mut self, context: u32, callback: Callback, args: &[u32]) -> FilterStatus {
        if !self.stream(context).is_some_and(|connection| connection.known_to_module) {
            return FilterStatus::Continue;
        }
        match self.call(context, callback, args) {
            Called::Returned(0) | Called::Missing => FilterStatus::Continue,
            Called::Returned(_) => FilterStatus::StopIteration,
            Called::Failed if self.state().settings.failure_policy == FailurePolicy::LegacyFailOpen => {
                FilterStatus::Continue
            }
            Called::Failed => {
                self.close(context);
                FilterStatus::StopIteration
            }
        }
    }
}

fn data_args(context: u32, buffer: &[u8], end: bool) -> [u32; 3] {
    [context, u32::try_from(buffer.len()).unwrap_or(u32::MAX), end.into()]
}
