//! The server's end of one connection, in the test's hand.

use std::cell::RefCell;
use std::rc::Rc;

use envoy_sim::{ConnectionId, Input};

use super::show;
use super::testbed::{PeerEnd, Testbed};

/// The server's end of a client's connection.
///
/// ```
/// use std::time::Duration;
/// use envoy_sim_testing::{Backend, Closing, Sim};
/// let sim = Sim::file("examples/doorman.wat").start();
/// sim.backend("backend", Backend::unanswered());
/// let client = sim.connect("203.0.113.9");
/// sim.advance(Duration::from_secs(3));
/// let server = client.upstream();
/// assert_eq!(server.cluster(), "backend");
/// server.accept();
/// server.send("220 ");
/// server.reset();
/// assert_eq!(client.closing(), Some(Closing::Reset));
/// ```
#[derive(Clone)]
pub struct Upstream {
    pub(super) testbed: Rc<RefCell<Testbed>>,
    pub(super) id: ConnectionId,
}

// === impl Upstream ===

impl Upstream {
    pub(super) fn new(testbed: Rc<RefCell<Testbed>>, id: ConnectionId) -> Self {
        Self { testbed, id }
    }

    /// The cluster that the server belongs to.
    pub fn cluster(&self) -> String {
        Testbed::borrow(&self.testbed).upstream(self.id).map(|side| side.cluster.clone()).unwrap_or_default()
    }

    /// Accepts the connection, where [`crate::Backend::unanswered`] has left it open.
    pub fn accept(&self) {
        let mut testbed = Testbed::borrow(&self.testbed);
        testbed.accept_upstream(self.id);
        testbed.settle();
    }

    /// Refuses it.
    pub fn refuse(&self) {
        Testbed::borrow(&self.testbed).handle(Input::UpstreamRefused { connection: self.id });
    }

    /// Sends bytes towards the client.
    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref().to_vec();
        Testbed::borrow(&self.testbed).handle(Input::UpstreamBytes {
            connection: self.id,
            bytes,
            end: false,
        });
    }

    /// Ends the server's half (FIN).
    pub fn end(&self) {
        let input = Input::UpstreamBytes { connection: self.id, bytes: Vec::new(), end: true };
        Testbed::borrow(&self.testbed).handle(input);
    }

    /// Breaks the connection (RST).
    pub fn reset(&self) {
        Testbed::borrow(&self.testbed).handle(Input::UpstreamReset { connection: self.id });
    }

    /// Stops reading, or reads on.
    pub fn stop_reading(&self, stopped: bool) {
        Testbed::borrow(&self.testbed)
            .handle(Input::UpstreamCongested { connection: self.id, congested: stopped });
    }

    /// Everything that the server has read.
    pub fn received(&self) -> Vec<u8> {
        Testbed::borrow(&self.testbed)
            .upstream(self.id)
            .map(|side| side.received.all.clone())
            .unwrap_or_default()
    }

    /// What the server has read and was not taken yet.
    pub fn take(&self) -> Vec<u8> {
        Testbed::borrow(&self.testbed).upstream(self.id).map(|side| side.received.take()).unwrap_or_default()
    }

    /// Whether the host has ended its half: no more bytes come from the client.
    pub fn is_ended(&self) -> bool {
        Testbed::borrow(&self.testbed).upstream(self.id).is_some_and(|side| side.end != PeerEnd::Open)
    }

    /// Whether the host has closed the connection.
    pub fn is_closed(&self) -> bool {
        let mut testbed = Testbed::borrow(&self.testbed);
        testbed.upstream(self.id).is_some_and(|side| matches!(side.end, PeerEnd::Closed | PeerEnd::Reset))
    }

    /// Takes what the server has read, which must be exactly this.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn assert_received(&self, expected: impl AsRef<[u8]>) {
        let (expected, got) = (expected.as_ref(), self.take());
        if expected != got {
            let situation = Testbed::borrow(&self.testbed).situation(self.id);
            panic!("the server read other bytes{}{situation}", show::both(expected, &got));
        }
    }

    /// The server has read nothing that was not taken.
    ///
    /// # Panics
    /// When it has.
    #[track_caller]
    pub fn assert_silent(&self) {
        let got = self.take();
        let situation = Testbed::borrow(&self.testbed).situation(self.id);
        assert!(got.is_empty(), "the server read {}, expected nothing{situation}", show::quoted(&got));
    }

    /// The host has closed the connection to the server, in whatever way.
    ///
    /// # Panics
    /// When it is open.
    #[track_caller]
    pub fn assert_closed(&self) {
        let situation = Testbed::borrow(&self.testbed).situation(self.id);
        assert!(self.is_closed(), "the server's connection is open, expected it closed{situation}");
    }

    /// The connection to the server is open.
    ///
    /// # Panics
    /// When the host has closed it.
    #[track_caller]
    pub fn assert_open(&self) {
        let situation = Testbed::borrow(&self.testbed).situation(self.id);
        assert!(!self.is_closed(), "the server's connection is closed, expected it open{situation}");
    }
}
