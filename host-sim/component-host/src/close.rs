//! How a connection ends.

use std::collections::BTreeMap;

use envoy_sim::{ConnectionEnd, ConnectionId, Effect};
use postscreen_engine::Input;

use super::carry_out::BACKEND;
use super::client::Stage;
use super::worker::{Timer, Worker};

/// The filter state under which access logs find the decision, in Envoy as here.
const VERDICT: &str = "wasm.postscreen.verdict";

/// Who closed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ClosedBy {
    Host,
    Client,
}

impl Worker {
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
            let was = std::mem::replace(&mut client.stage, Stage::Closing);
            self.close_upstream(id, was, false);
        }
    }

    /// The client's socket is closed, or broken.
    pub(super) fn closed(&mut self, id: ConnectionId, by: ClosedBy, reset: bool) {
        self.closed_unheard(id, by, reset);
        self.tell(id, Input::ClientClosed);
    }

    fn closed_unheard(&mut self, id: ConnectionId, by: ClosedBy, reset: bool) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.stage != Stage::Closed) else {
            return;
        };
        if by == ClosedBy::Client && !reset {
            // The client ended in order: the mail server still gets what was on its way, however full its queue is.
            client.upstream.congested = false;
            self.flush_upstream(id);
        }
        let Some(client) = self.clients.get_mut(&id) else { return };
        let was = std::mem::replace(&mut client.stage, Stage::Closed);
        client.socket.inbox.clear();
        client.socket.write_buffer.clear();
        self.emit(Effect::CloseClient { connection: id, reset: reset && by == ClosedBy::Host });
        self.close_upstream(id, was, reset);
    }

    /// Closes the mail server's connection, or stops dialling; `was` is the stage until now.
    fn close_upstream(&mut self, id: ConnectionId, was: Stage, reset: bool) {
        self.timers.stop(Timer::Connect(id));
        self.timers.stop(Timer::Idle(id));
        if matches!(was, Stage::Dialling | Stage::Joined) {
            self.emit(Effect::CloseUpstream { connection: id, reset });
        }
    }

    /// A connection that is closed is forgotten, and an access log may have a line about it.
    pub(super) fn bury(&mut self, id: ConnectionId) {
        if self.clients.get(&id).is_none_or(|client| client.stage != Stage::Closed) {
            return;
        }
        let Some(client) = self.clients.remove(&id) else { return };
        let verdict = client.verdict.map(|verdict| (VERDICT.to_owned(), verdict.as_str().into()));
        self.emit(Effect::Ended(ConnectionEnd {
            connection: id,
            client: client.peer,
            server: client.server,
            worker: self.number(),
            upstream: client.dialled.then(|| BACKEND.to_owned()),
            received: client.received,
            sent: client.sent,
            duration: self.now.monotonic.saturating_sub(client.accepted),
            filter_state: verdict.into_iter().collect::<BTreeMap<_, _>>(),
        }));
    }
}
