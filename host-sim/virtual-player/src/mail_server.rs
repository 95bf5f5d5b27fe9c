//! The mail server of a story: its sessions with the clients that were let through.

use std::collections::BTreeMap;
use std::time::Duration;

use envoy_sim::{ConnectionId, Input};
use postscreen_scenario::{MailServer, MailSession, Word};

/// The sessions that have not ended.
#[derive(Default)]
pub(crate) struct Sessions(BTreeMap<ConnectionId, MailSession>);

// === impl Sessions ===

impl Sessions {
    /// The host dials; what it is told, and whether a session begins.
    pub(super) fn dial(
        &mut self,
        server: &MailServer,
        connection: ConnectionId,
        now: Duration,
    ) -> (Input, bool) {
        match server {
            MailServer::Serves(manners) => {
                self.0.insert(connection, MailSession::new(manners, now));
                (Input::UpstreamConnected { connection, ends: None }, true)
            }
            // The kernel takes the connection, and nobody ever says a word.
            MailServer::Busy => (Input::UpstreamConnected { connection, ends: None }, false),
            MailServer::Refuses => (Input::UpstreamRefused { connection }, false),
        }
    }

    /// Bytes from the client.
    pub(super) fn receive(&mut self, connection: ConnectionId, bytes: &[u8], now: Duration) {
        if let Some(session) = self.0.get_mut(&connection) {
            session.receive(bytes, now);
        }
    }

    /// The client has nothing more to say.
    pub(super) fn client_ended(&mut self, connection: ConnectionId, now: Duration) {
        if let Some(session) = self.0.get_mut(&connection) {
            session.client_ended(now);
        }
    }

    /// The connection is gone.
    pub(super) fn closed(&mut self, connection: ConnectionId) {
        self.0.remove(&connection);
    }

    /// When somebody says something next.
    pub(super) fn next(&self) -> Option<Duration> {
        self.0.values().filter_map(MailSession::deadline).min()
    }

    /// What the host hears by now, one thing of one session. Last words and the close come together, if they can.
    pub(super) fn said(&mut self, now: Duration) -> Option<Input> {
        let mut sessions = self.0.iter_mut();
        let (connection, word) =
            sessions.find_map(|(connection, session)| Some((*connection, session.next(now)?)))?;
        let mut closes = || {
            let closes = self.0.get(&connection).and_then(|session| session.peek(now)) == Some(&Word::Close);
            if closes {
                self.0.remove(&connection);
            }
            closes
        };
        Some(match word {
            Word::Say(bytes) => Input::UpstreamBytes { connection, bytes, end: closes() },
            Word::Close => {
                self.0.remove(&connection);
                Input::UpstreamBytes { connection, bytes: Vec::new(), end: true }
            }
            Word::Reset => {
                self.0.remove(&connection);
                Input::UpstreamReset { connection }
            }
        })
    }
}
