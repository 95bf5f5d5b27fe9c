//! Bytes between the two connections, and how a connection ends: what `tcp_proxy` does in Envoy.

use std::collections::BTreeMap;

use envoy_sim::{ConnectionEnd, ConnectionId, Effect, IDLE_TIMEOUT};
use postscreen_engine::Input;

use super::carry_out::BACKEND;
use super::dispatcher::{Dispatcher, Timer};
use super::downstream::{Downstream, DownstreamState};

/// The filter state under which access logs find the decision, in Envoy as here.
const VERDICT: &str = "wasm.postscreen.verdict";
/// And the record.
const RECORD: &str = "wasm.postscreen.record";

/// Who closed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ClosedBy {
    Host,
    Client,
}

// === impl Dispatcher: bytes ===

impl Dispatcher {
    /// Goes on until nothing moves any more.
    pub(super) fn settle(&mut self, id: ConnectionId) {
        loop {
            self.flush_upstream(id);
            self.flush_client(id);
            self.read_client(id);
            self.read_upstream(id);
            if !self.clients.get(&id).is_some_and(Downstream::has_work) {
                break;
            }
        }
        self.tell_reading(id);
        self.bury(id);
    }

    /// The client's socket has something to read.
    pub(super) fn client_bytes(&mut self, id: ConnectionId, bytes: Vec<u8>, end: bool) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.socket.inbox.extend(bytes);
        client.socket.inbox_end |= end;
        self.read_client(id);
    }

    /// The mail server's socket has something to read.
    pub(super) fn upstream_bytes(&mut self, id: ConnectionId, bytes: Vec<u8>, end: bool) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        if client.stage == DownstreamState::Joined {
            client.upstream.inbox.extend(bytes);
            client.upstream.inbox_end |= end;
            self.read_upstream(id);
        }
    }

    /// The mail server has accepted: what was kept for it comes first.
    pub(super) fn upstream_connected(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        if client.stage == DownstreamState::Dialling {
            client.stage = DownstreamState::Joined;
            self.timers.stop(Timer::Connect(id));
            self.pass_on(id);
        }
    }

    /// No mail server: the client is closed without a word.
    pub(super) fn upstream_refused(&mut self, id: ConnectionId) {
        if self.clients.get(&id).is_some_and(|client| client.stage == DownstreamState::Dialling) {
            self.closed(id, ClosedBy::Host, false);
        }
        self.settle(id);
    }

    /// The mail server reset its connection, and the client's is reset too.
    pub(super) fn upstream_reset(&mut self, id: ConnectionId) {
        if self.clients.get(&id).is_some_and(|client| client.stage == DownstreamState::Joined) {
            self.closed(id, ClosedBy::Host, true);
        }
    }

    /// The client reset its connection, or it broke.
    pub(super) fn client_reset(&mut self, id: ConnectionId) {
        self.closed(id, ClosedBy::Client, true);
    }

    /// The driver's queue towards the client is full, or has room again.
    pub(super) fn client_congested(&mut self, id: ConnectionId, congested: bool) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.socket.congested = congested;
        }
    }

    /// The driver's queue towards the mail server is full, or has room again.
    pub(super) fn upstream_congested(&mut self, id: ConnectionId, congested: bool) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.upstream.congested = congested;
        }
    }

    /// Nothing has moved for too long.
    pub(super) fn idle_timeout(&mut self, id: ConnectionId) {
        self.closed(id, ClosedBy::Host, false);
        self.settle(id);
    }

    /// Reads what the client sent, while there is room.
    fn read_client(&mut self, id: ConnectionId) {
        while let Some(client) = self.clients.get_mut(&id) {
            let (seen, arrived) = (client.socket.read_buffer.len(), client.socket.inbox.len());
            if !client.reads_enabled() || !client.socket.read() {
                return;
            }
            client.received += arrived as u64;
            let bytes = match client.stage {
                DownstreamState::Held => client.socket.read_buffer.split_off(seen),
                DownstreamState::Spoken => std::mem::take(&mut client.socket.read_buffer),
                _ => Vec::new(),
            };
            if client.stage == DownstreamState::Held {
                client.socket.read_buffer.extend_from_slice(&bytes);
            }
            let (joined, end) = (client.stage == DownstreamState::Joined, client.socket.read_end);
            if joined {
                self.pass_on(id);
            }
            if !bytes.is_empty() {
                self.tell(id, Input::ClientBytes(&bytes));
            }
            if end {
                self.tell(id, Input::ClientEnd);
            }
            let both = |client: &Downstream| client.is_open() && client.socket.both_ended();
            if self.clients.get(&id).is_some_and(both) {
                self.closed(id, ClosedBy::Client, false);
            }
        }
    }

    /// What the client sent goes to the mail server.
    fn pass_on(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.upstream.write_buffer.append(&mut client.socket.read_buffer);
        client.upstream.write_end |= client.socket.read_end;
        self.restart_idle(id);
    }

    /// Reads what the mail server sent, while there is room.
    fn read_upstream(&mut self, id: ConnectionId) {
        while let Some(client) = self.clients.get_mut(&id) {
            if !client.upstream_reads_enabled() || !client.upstream.read() {
                return;
            }
            // An end without a word is no answer.
            let spoke = !client.upstream.read_buffer.is_empty();
            let first = spoke && !std::mem::replace(&mut client.answered, true);
            self.restart_idle(id);
            if first {
                self.tell(id, Input::BackendAnswered);
            }
            let Some(client) = self.clients.get_mut(&id).filter(|client| client.is_open()) else { return };
            client.socket.write_buffer.append(&mut client.upstream.read_buffer);
            client.socket.write_end |= client.upstream.read_end;
            if client.upstream.both_ended() {
                self.close(id);
            }
        }
    }

    /// Sends what is ready to the mail server.
    pub(super) fn flush_upstream(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        if client.stage != DownstreamState::Joined || client.upstream.congested {
            return;
        }
        let (bytes, end) = client.upstream.take_writes();
        let over = end && client.upstream.both_ended();
        if !bytes.is_empty() {
            self.emit(Effect::ToUpstream { connection: id, bytes });
        }
        if end {
            self.emit(Effect::EndToUpstream { connection: id });
        }
        if over {
            self.close(id);
        }
    }

    /// Sends what is ready to the client, and closes where only that was missing.
    fn flush_client(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        if client.stage == DownstreamState::Closed || client.socket.congested {
            return;
        }
        let (bytes, end) = client.socket.take_writes();
        client.sent += bytes.len() as u64;
        let over = client.stage == DownstreamState::Closing || (end && client.socket.both_ended());
        if !bytes.is_empty() {
            self.emit(Effect::ToClient { connection: id, bytes });
        }
        if end && !over {
            self.emit(Effect::EndToClient { connection: id });
        }
        if over {
            self.closed(id, ClosedBy::Host, false);
        }
    }

    /// Tells the driver when reading makes sense and when it does not.
    fn tell_reading(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.is_open()) else { return };
        let wanted = client.reads_enabled();
        let changed = std::mem::replace(&mut client.socket.reads_stopped, !wanted) == wanted;
        // Before there is a mail server there is nothing to tell.
        let upstream = client.stage != DownstreamState::Joined || client.upstream_reads_enabled();
        let upstream_changed = std::mem::replace(&mut client.upstream.reads_stopped, !upstream) == upstream;
        if changed {
            self.emit(Effect::ReadClient { connection: id, wanted });
        }
        if upstream_changed {
            self.emit(Effect::ReadUpstream { connection: id, wanted: upstream });
        }
    }

    fn restart_idle(&mut self, id: ConnectionId) {
        self.timers.set(Timer::Idle(id), self.now.monotonic + IDLE_TIMEOUT);
    }
}

// === impl Dispatcher: the end ===

impl Dispatcher {
    /// Closes a connection: at once when nothing is left to send, else after it.
    pub(super) fn close(&mut self, id: ConnectionId) {
        self.close_unheard(id);
        self.tell(id, Input::ClientClosed);
    }

    /// The same; the screen is not told.
    pub(super) fn close_unheard(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.is_open()) else { return };
        if client.socket.write_buffer.is_empty() {
            self.closed_unheard(id, ClosedBy::Host, false);
        } else {
            let was = std::mem::replace(&mut client.stage, DownstreamState::Closing);
            self.close_upstream(id, was, false);
        }
    }

    /// The client's socket is closed, or broken.
    pub(super) fn closed(&mut self, id: ConnectionId, by: ClosedBy, reset: bool) {
        self.closed_unheard(id, by, reset);
        self.tell(id, Input::ClientClosed);
    }

    fn closed_unheard(&mut self, id: ConnectionId, by: ClosedBy, reset: bool) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.stage != DownstreamState::Closed)
        else {
            return;
        };
        if by == ClosedBy::Client && !reset {
            // The client ended in order: the mail server still gets what was on its way, however full its queue is.
            client.upstream.congested = false;
            self.flush_upstream(id);
        }
        let Some(client) = self.clients.get_mut(&id) else { return };
        let was = std::mem::replace(&mut client.stage, DownstreamState::Closed);
        client.socket.inbox.clear();
        client.socket.write_buffer.clear();
        self.emit(Effect::CloseClient { connection: id, reset: reset && by == ClosedBy::Host });
        self.close_upstream(id, was, reset);
    }

    /// Closes the mail server's connection, or stops dialling; `was` is the stage until now.
    fn close_upstream(&mut self, id: ConnectionId, was: DownstreamState, reset: bool) {
        self.timers.stop(Timer::Connect(id));
        self.timers.stop(Timer::Idle(id));
        if matches!(was, DownstreamState::Dialling | DownstreamState::Joined) {
            self.emit(Effect::CloseUpstream { connection: id, reset });
        }
    }

    /// A connection that is closed is forgotten, and an access log may have a line about it.
    pub(super) fn bury(&mut self, id: ConnectionId) {
        if self.clients.get(&id).is_none_or(|client| client.stage != DownstreamState::Closed) {
            return;
        }
        let Some(client) = self.clients.remove(&id) else { return };
        let verdict = client.verdict.map(|verdict| (VERDICT.to_owned(), verdict.as_str().into()));
        let record = client.record.map(|record| (RECORD.to_owned(), record.into()));
        self.emit(Effect::Ended(ConnectionEnd {
            connection: id,
            client: client.peer,
            server: client.server,
            worker: self.number(),
            upstream: client.dialled.then(|| BACKEND.to_owned()),
            received: client.received,
            sent: client.sent,
            duration: self.now.monotonic.saturating_sub(client.accepted),
            filter_state: verdict.into_iter().chain(record).collect::<BTreeMap<_, _>>(),
        }));
    }
}
