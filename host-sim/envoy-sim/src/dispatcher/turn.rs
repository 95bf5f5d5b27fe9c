//! The rest of a turn of the event loop: what Envoy does when its sockets become writable.

use super::Dispatcher;
use super::close::ClosedBy;
use crate::connection::{Connection, ConnectionState, UpstreamPhase};
use crate::event::{ConnectionEnd, Effect, VmId};

impl Dispatcher {
    /// Goes over the streams that something has happened to, until nothing moves any more.
    pub fn turn(&mut self) {
        loop {
            self.streams_turn();
            self.shut_down_idle_roots();
            if self.touched.is_empty() {
                return;
            }
        }
    }

    fn streams_turn(&mut self) {
        while let Some(context) = self.touched.pop_first() {
            self.speaker_turn(context);
            self.flush_upstream(context);
            self.flush_client(context);
            self.read_client(context);
            self.read_upstream(context);
            self.tell_reading(context);
            self.forget(context);
            // The steps above have touched the stream; it needs another round only if one would change something.
            if !self.state().streams.get(&context).is_some_and(Connection::has_work) {
                self.touched.remove(&context);
            }
        }
    }

    /// The internal listener accepts, and its echo filter writes back.
    fn speaker_turn(&mut self, context: u32) {
        let Some(connection) = self.open_stream(context) else { return };
        let phase = connection.upstream.phase;
        let (client, server) = (connection.client, connection.server);
        let Some(speaker) = connection.speaker() else { return };
        if phase == UpstreamPhase::Dialling {
            self.upstream_connected(context, None);
        } else if phase != UpstreamPhase::Connected {
            // Closed: nothing comes back any more.
        } else if let Some((bytes, end)) = speaker.turn() {
            self.upstream_bytes(context, bytes, end);
        } else if speaker.must_greet() {
            speaker.write(client, server, &[], false);
        }
    }

    /// Writes what is ready to the server.
    pub(super) fn flush_upstream(&mut self, context: u32) {
        let Some(connection) = self.stream(context) else { return };
        let (id, client, server) = (connection.id, connection.client, connection.server);
        let upstream = &mut connection.upstream;
        if upstream.phase != UpstreamPhase::Connected || upstream.socket.congested {
            return;
        }
        let (bytes, end) = upstream.socket.take_writes();
        let both_ended = upstream.socket.both_ended();
        if let Some(speaker) = connection.speaker() {
            if !bytes.is_empty() || end {
                speaker.write(client, server, &bytes, end);
            }
        } else {
            if !bytes.is_empty() {
                self.emit(Effect::ToUpstream { connection: id, bytes });
            }
            if end {
                self.emit(Effect::EndToUpstream { connection: id });
            }
        }
        if end && both_ended {
            self.upstream_closed(context, false);
        }
    }

    /// Writes what is ready to the client, and closes where only the flush was missing.
    fn flush_client(&mut self, context: u32) {
        let Some(connection) = self.stream(context) else { return };
        if connection.state == ConnectionState::Closed || connection.socket.congested {
            return;
        }
        let id = connection.id;
        let (bytes, end) = connection.socket.take_writes();
        connection.sent += bytes.len() as u64;
        let closing = connection.state == ConnectionState::Closing;
        let over = closing || (end && connection.socket.both_ended());
        if !bytes.is_empty() {
            self.emit(Effect::ToClient { connection: id, bytes });
        }
        if end && !over {
            self.emit(Effect::EndToClient { connection: id });
        }
        if over {
            self.closed(context, ClosedBy::Host, false);
        }
    }

    /// Tells the driver when reading makes sense and when it does not.
    fn tell_reading(&mut self, context: u32) {
        let Some(connection) = self.open_stream(context) else { return };
        let id = connection.id;
        let client = connection.reads_enabled();
        let client_changed = std::mem::replace(&mut connection.socket.reads_stopped, !client) == client;
        // Before there is an upstream connection there is nothing to tell.
        let remote =
            connection.upstream.phase == UpstreamPhase::Connected && connection.upstream.speaker.is_none();
        let server = !remote || connection.upstream_reads_enabled();
        let server_changed =
            std::mem::replace(&mut connection.upstream.socket.reads_stopped, !server) == server;
        if client_changed {
            self.emit(Effect::ReadClient { connection: id, wanted: client });
        }
        if server_changed {
            self.emit(Effect::ReadUpstream { connection: id, wanted: server });
        }
    }

    /// Envoy deletes a closed connection at the end of the turn, and writes its access log. Until then its context can
    /// still be named.
    fn forget(&mut self, context: u32) {
        let state = self.machine.state_mut();
        if state.streams.get(&context).is_none_or(|stream| stream.state != ConnectionState::Closed) {
            return;
        }
        let Some(connection) = state.streams.remove(&context) else { return };
        let worker = if let VmId::Worker(worker) = state.id { worker } else { 0 };
        let duration = state.now.monotonic.saturating_sub(connection.accepted);
        self.emit(Effect::Ended(ConnectionEnd {
            connection: connection.id,
            client: connection.client,
            server: connection.server,
            worker,
            upstream: connection.upstream.cluster,
            received: connection.received,
            sent: connection.sent,
            duration,
            filter_state: connection.filter_state,
        }));
    }

    /// The driver's queue towards the client is full, or has room again.
    pub fn client_congested(&mut self, context: u32, congested: bool) {
        if let Some(connection) = self.stream(context) {
            connection.socket.congested = congested;
        }
    }

    /// The driver's queue towards the server is full, or has room again.
    pub fn upstream_congested(&mut self, context: u32, congested: bool) {
        if let Some(connection) = self.stream(context) {
            connection.upstream.socket.congested = congested;
        }
    }
}
