//! What a server does by itself.

use std::fmt;

/// How the servers of a cluster behave. Without one, they accept every connection and say nothing: the test is the
/// server, through [`crate::Client::upstream`].
///
/// ```
/// use std::time::Duration;
/// use envoy_sim_testing::{Backend, Reply, Sim};
/// let sim = Sim::file("examples/doorman.wat").start();
/// sim.backend("backend", Backend::greeting("220 mx ESMTP\r\n").replying(|bytes| match bytes {
///     b"QUIT\r\n" => Reply::bytes("221 Bye\r\n").and_close(),
///     _ => Reply::bytes("250 Ok\r\n"),
/// }));
/// let client = sim.connect("203.0.113.9");
/// sim.advance(Duration::from_secs(2));
/// client.assert_received("220 mx ESMTP\r\n");
/// client.send("QUIT\r\n");
/// client.assert_received("221 Bye\r\n");
/// client.assert_closed();
/// ```
pub struct Backend {
    pub(super) dial: Dial,
    pub(super) greeting: Vec<u8>,
    pub(super) fragment_bytes: usize,
    pub(super) replies: Option<Replies>,
}

type Replies = Box<dyn FnMut(&[u8]) -> Reply>;

/// What becomes of a connection to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dial {
    Accepted,
    Refused,
    /// Nothing happens until the test says so, or the host's connect timeout of 5 s.
    Unanswered,
}

/// What a server does with what it has read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub(super) bytes: Vec<u8>,
    pub(super) then: Then,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Then {
    #[default]
    ReadOn,
    Close,
    Reset,
}

// === impl Backend ===

impl Backend {
    /// Accepts, and says nothing.
    pub fn silent() -> Self {
        Self::with(Dial::Accepted)
    }

    /// Accepts, and says this first.
    pub fn greeting(greeting: impl AsRef<[u8]>) -> Self {
        Self { greeting: greeting.as_ref().to_vec(), ..Self::silent() }
    }

    /// Sends back what it reads.
    pub fn echo() -> Self {
        Self::silent().replying(|bytes| Reply::bytes(bytes))
    }

    /// Is not there: every connection is refused.
    pub fn refusing() -> Self {
        Self::with(Dial::Refused)
    }

    /// Does not answer: a connection stands neither nor fails, until the host gives up after 5 s or the test says
    /// [`crate::Upstream::accept`] or [`crate::Upstream::refuse`].
    pub fn unanswered() -> Self {
        Self::with(Dial::Unanswered)
    }

    /// Answers what it reads. Each read is handed to `reply` as it comes, of all connections in turn: a server that
    /// must know lines, or sessions, keeps them itself. It closes when its client has ended. `reply` cannot use
    /// the [`crate::Sim`].
    #[must_use]
    pub fn replying(mut self, reply: impl FnMut(&[u8]) -> Reply + 'static) -> Self {
        self.replies = Some(Box::new(reply));
        self
    }

    /// Whatever it says comes in fragments of so many bytes, each a read of its own.
    ///
    /// # Panics
    /// When `bytes` is 0.
    #[must_use]
    #[track_caller]
    pub fn in_fragments(mut self, bytes: usize) -> Self {
        assert!(bytes > 0, "in_fragments: expected at least 1 byte, got 0");
        self.fragment_bytes = bytes;
        self
    }

    fn with(dial: Dial) -> Self {
        Self { dial, greeting: Vec::new(), fragment_bytes: usize::MAX, replies: None }
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend")
            .field("dial", &self.dial)
            .field("greeting", &self.greeting)
            .field("replies", &self.replies.is_some())
            .finish_non_exhaustive()
    }
}

// === impl Reply ===

impl Reply {
    /// Nothing: it reads on.
    pub fn none() -> Self {
        Self::default()
    }

    /// These bytes, and reads on.
    pub fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self { bytes: bytes.as_ref().to_vec(), then: Then::ReadOn }
    }

    /// The same, and then it closes its half.
    #[must_use]
    pub fn and_close(self) -> Self {
        Self { then: Then::Close, ..self }
    }

    /// The same, and then it breaks the connection.
    #[must_use]
    pub fn and_reset(self) -> Self {
        Self { then: Then::Reset, ..self }
    }
}
