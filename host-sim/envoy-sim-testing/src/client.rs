//! One client, and what its connection came to.

use std::cell::RefCell;
use std::rc::Rc;

use envoy_sim::virtual_time::PeerSocket;
use envoy_sim::{ConnectionEnd, ConnectionId, Input};

use super::show;
use super::testbed::{Closing, Testbed};
use super::upstream::Upstream;

/// A client that has connected. What it does happens at once; what it gets is there when the call returns.
///
/// ```
/// use std::time::Duration;
/// use envoy_sim_testing::{Closing, Sim};
/// let sim = Sim::file("examples/doorman.wat").start();
/// let zombie = sim.connect("203.0.113.9");
/// sim.advance(Duration::from_millis(40));
/// zombie.assert_open();
/// zombie.send("EHLO zombie\r\n");
/// zombie.assert_silent();
/// zombie.assert_closed();
/// zombie.assert_not_dialled();
/// assert_eq!(zombie.closing(), Some(Closing::Ended));
/// ```
#[derive(Clone)]
pub struct Client {
    pub(super) testbed: Rc<RefCell<Testbed>>,
    pub(super) id: ConnectionId,
}

// === impl Client ===

impl Client {
    pub(super) fn new(testbed: Rc<RefCell<Testbed>>, id: ConnectionId) -> Self {
        Self { testbed, id }
    }

    /// The connection, as the host calls it.
    pub fn connection(&self) -> ConnectionId {
        self.id
    }

    /// Sends bytes; the host reads all of them at once, when it reads.
    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        self.act(|socket| socket.send(bytes.as_ref().to_vec()));
    }

    /// Ends the client's half (FIN), and goes on reading.
    pub fn end(&self) {
        self.act(PeerSocket::end);
    }

    /// Breaks the connection (RST).
    pub fn reset(&self) {
        self.act(PeerSocket::reset);
    }

    /// Closes the connection as a program does that exits: what arrives from then on is answered with RST.
    pub fn close(&self) {
        self.act(PeerSocket::close);
    }

    /// Stops reading, or reads on: what the host has to send stays with it.
    pub fn stop_reading(&self, stopped: bool) {
        self.handle(Input::ClientCongested { connection: self.id, congested: stopped });
    }

    /// Everything that has arrived since the connection began.
    pub fn received(&self) -> Vec<u8> {
        Testbed::borrow(&self.testbed).client(self.id).received.all.clone()
    }

    /// What has arrived and was not taken yet, neither here nor by an assertion.
    pub fn take(&self) -> Vec<u8> {
        Testbed::borrow(&self.testbed).client(self.id).received.take()
    }

    /// How the host has closed the connection; `None` while it is open.
    pub fn closing(&self) -> Option<Closing> {
        Testbed::borrow(&self.testbed).client(self.id).end.closing()
    }

    /// The cluster that the connection was last sent to, if it was.
    pub fn dialled(&self) -> Option<String> {
        Testbed::borrow(&self.testbed).upstream(self.id).map(|upstream| upstream.cluster.clone())
    }

    /// The server's end of the connection.
    ///
    /// # Panics
    /// When no server was dialled: the module still holds the client, or has hung up.
    #[track_caller]
    pub fn upstream(&self) -> Upstream {
        if self.dialled().is_none() {
            self.fail("was not sent to any server");
        }
        Upstream::new(Rc::clone(&self.testbed), self.id)
    }

    /// The access-log record, once the connection has ended.
    pub fn record(&self) -> Option<ConnectionEnd> {
        Testbed::borrow(&self.testbed).client(self.id).record.clone()
    }

    /// The filter state under `key`, at present or at the end of the connection. What a module stores with
    /// `proxy_set_property(NAME)` stands under `wasm.NAME`.
    pub fn filter_state(&self, key: &str) -> Option<Vec<u8>> {
        Testbed::borrow(&self.testbed).filter_state(self.id, key)
    }

    /// Takes what has arrived, which must be exactly this.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn assert_received(&self, expected: impl AsRef<[u8]>) {
        let (expected, got) = (expected.as_ref(), self.take());
        if expected != got {
            self.fail(&format!("received other bytes{}", show::both(expected, &got)));
        }
    }

    /// Nothing has arrived that was not taken.
    ///
    /// # Panics
    /// When something has.
    #[track_caller]
    pub fn assert_silent(&self) {
        let got = self.take();
        if !got.is_empty() {
            self.fail(&format!("received {}, expected nothing", show::quoted(&got)));
        }
    }

    /// The host has closed the connection, in whatever way.
    ///
    /// # Panics
    /// When it is open.
    #[track_caller]
    pub fn assert_closed(&self) {
        if self.closing().is_none() {
            self.fail("is open, expected it closed");
        }
    }

    /// The connection is open.
    ///
    /// # Panics
    /// When the host has closed it.
    #[track_caller]
    pub fn assert_open(&self) {
        if self.closing().is_some() {
            self.fail("is closed, expected it open");
        }
    }

    /// No server has heard of this client.
    ///
    /// # Panics
    /// When one was dialled.
    #[track_caller]
    pub fn assert_not_dialled(&self) {
        if let Some(cluster) = self.dialled() {
            self.fail(&format!("was sent to {cluster}, expected to no server"));
        }
    }

    #[track_caller]
    fn fail(&self, how: &str) -> ! {
        let situation = Testbed::borrow(&self.testbed).situation(self.id);
        panic!("{} {how}{situation}", Testbed::borrow(&self.testbed).client(self.id).address)
    }

    /// What it does, unless its connection is gone.
    fn act(&self, what: impl FnOnce(&mut PeerSocket) -> Option<Input>) {
        let mut testbed = Testbed::borrow(&self.testbed);
        if let Some(input) = what(&mut testbed.client(self.id).socket) {
            testbed.handle(input);
        }
    }

    fn handle(&self, input: Input) {
        Testbed::borrow(&self.testbed).handle(input);
    }
}
