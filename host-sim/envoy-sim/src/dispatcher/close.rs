//! How a connection ends.

use super::Dispatcher;
use crate::connection::{ConnectionState, UpstreamPhase};
use crate::event::Effect;
use crate::profile::Profile;
use crate::time::Timer;
use crate::vm::Callback;

/// Who closed, in the numbers of `proxy_peer_type_t`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ClosedBy {
    Host = 1,
    Client = 2,
}

impl Dispatcher {
    /// `close(FlushWrite)`: at once when nothing is left to write, else after the flush.
    pub(super) fn close(&mut self, context: u32) {
        let Some(connection) = self.open_stream(context) else { return };
        if connection.socket.write_buffer.is_empty() {
            self.closed(context, ClosedBy::Host, false);
        } else {
            connection.state = ConnectionState::Closing;
        }
    }

    /// `close(NoFlush)`, or with `reset` `close(AbortReset)`: what is unwritten is lost.
    pub(super) fn abort(&mut self, context: u32, reset: bool) {
        if self.open_stream(context).is_some() {
            self.closed(context, ClosedBy::Host, reset);
        }
    }

    /// The client reset its connection.
    pub fn client_reset(&mut self, context: u32) {
        self.closed_by_client(context, true);
    }

    /// The client is gone: a reset, or its FIN after everything was sent.
    pub(super) fn closed_by_client(&mut self, context: u32, reset: bool) {
        self.closed(context, ClosedBy::Client, reset);
    }

    /// The socket is closed: the module hears of it, then `tcp_proxy`. Once per connection.
    pub(super) fn closed(&mut self, context: u32, by: ClosedBy, reset: bool) {
        let Some(connection) = self.stream(context) else { return };
        if connection.state == ConnectionState::Closed {
            return;
        }
        connection.state = ConnectionState::Closed;
        connection.socket.inbox.clear();
        connection.socket.write_buffer.clear();
        let (id, known) = (connection.id, connection.known_to_module);
        let by_host = by == ClosedBy::Host;
        self.emit(Effect::CloseClient { connection: id, reset: reset && by_host });
        if known {
            self.call(context, Callback::DownstreamConnectionClose, &[context, by as u32]);
            self.call(context, Callback::Done, &[context]);
            self.call(context, Callback::Log, &[context]);
            self.call(context, Callback::Delete, &[context]);
        }
        if !by_host && !reset {
            // The client ended in order: the server still gets what was on its way, however full its queue is.
            if let Some(connection) = self.stream(context) {
                connection.upstream.socket.congested = false;
            }
            self.flush_upstream(context);
        }
        // Since 1.40 a client's reset goes on to the server.
        let passed_on = by_host || self.state().settings.profile >= Profile::Envoy1_40;
        self.close_upstream(context, reset && passed_on);
    }

    /// Closes the upstream connection, or stops dialling.
    pub(super) fn close_upstream(&mut self, context: u32, reset: bool) {
        let Some(connection) = self.stream(context) else { return };
        let id = connection.id;
        let upstream = &mut connection.upstream;
        let remote = upstream.speaker.is_none();
        let was = std::mem::replace(&mut upstream.phase, UpstreamPhase::Closed);
        upstream.socket.inbox.clear();
        let timers = &mut self.state_mut().timers;
        timers.stop(Timer::Connect(context));
        timers.stop(Timer::Idle(context));
        if remote && matches!(was, UpstreamPhase::Dialling | UpstreamPhase::Connected) {
            self.emit(Effect::CloseUpstream { connection: id, reset });
        }
    }
}
