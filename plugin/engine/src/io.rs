//! What goes into a session and what comes out of it.

use crate::line::Line;
use crate::metric::{Counter, Gauge};
use crate::record::{Record, TestSet};
use crate::verdict::Verdict;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The two ends of a client's connection, as the mail server would see them (after the PROXY protocol).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Who connected.
    pub client: SocketAddr,
    /// The address that was connected to.
    pub server: SocketAddr,
}

/// Something that happened to a session. Inputs that no longer matter are ignored, so a host may deliver late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The connection was accepted. Always the first input.
    ClientOpened,
    /// The answer to [`Output::Join`].
    Joined(Standing),
    /// The answer to [`Output::Recall`]: the record, or `None` when the client is not in the table.
    Remembered(Option<Record>),
    /// Bytes that just arrived from the client, each byte once.
    ClientBytes(&'a [u8]),
    /// The client sent FIN; it may still read.
    ClientEnd,
    /// The connection is gone in both directions.
    ClientClosed,
    /// The answer to [`Output::AskDns`] of the same question: the body of the answer, whatever it holds.
    DnsAnswer {
        /// The `question` of the [`Output::AskDns`].
        question: u16,
        /// A DNS message in wire format, or why there is none.
        answer: Result<&'a [u8], DnsFailure>,
    },
    /// The answer to [`Output::ClaimPassNew`]: whether this session is the first to say so.
    PassNewClaimed(bool),
    /// The first bytes of the mail server have come, after [`Output::Dial`] of [`Upstream::Backend`].
    BackendAnswered,
    /// The point in time given by [`crate::Session::deadline`] has been reached.
    DeadlineReached,
}

/// Where a new session finds itself among those that are open, in all workers of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Sessions of this client's address, this one included.
    pub of_client: u32,
    /// What the other open sessions of this client have passed so far; `None` when there are none.
    pub shared: Option<Record>,
    /// Sessions of all clients, this one included.
    pub sessions: u32,
    /// Those of them that were sent to the mail server and have not heard from it.
    pub in_transit: u32,
    /// Whether waits are the shorter ones (see [`crate::roster`]).
    pub stressed: bool,
}

impl Standing {
    /// The only session there is: what a host says that does not know of others.
    pub const ALONE: Self = Self { of_client: 1, shared: None, sessions: 1, in_transit: 0, stressed: false };
}

/// Why a DNS question stayed without a message. Never a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsFailure {
    /// The resolver could not be asked: unknown cluster, no healthy host, connection reset.
    Unreachable,
    /// No answer within the question's `timeout`.
    Timeout,
    /// The resolver's HTTP front answered with this status instead of 200 (RFC 8484, section 4.2.1). A host that
    /// knows one of them to mean silence says [`DnsFailure::Timeout`].
    HttpStatus(u16),
}

/// Something that the host must do, in the given order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Ask the resolver; answered by [`Input::DnsAnswer`].
    AskDns {
        /// The number of the zone in the policy; one question per zone and client.
        question: u16,
        /// A DNS query in wire format with the message id 0, as RFC 8484 (section 4.1) recommends.
        message: Vec<u8>,
        /// How long to wait for the answer (`dnsbl_timeout`); then it is [`DnsFailure::Timeout`].
        timeout: Duration,
    },
    /// Count this session of the client among those that are open; answered by [`Input::Joined`].
    Join(IpAddr),
    /// This session is still open: its count must not be taken for that of a crashed worker.
    Renew(IpAddr),
    /// Let other sessions of the client that are open now know its stamps of these tests; all stamps where none are
    /// shared yet.
    Share(IpAddr, Record, TestSet),
    /// Ask whether another session that is open now has already logged that this client is a new one; answered by
    /// [`Input::PassNewClaimed`].
    ClaimPassNew(IpAddr),
    /// This session no longer counts. Always after [`Output::Join`], once.
    Leave(IpAddr),
    /// Drop so many of the client's first bytes: they are a PROXY header, not for the mail server.
    Skip(usize),
    /// Look this client up in the table of passes; answered by [`Input::Remembered`].
    Recall(IpAddr),
    /// Store this client's record in the table of passes, or rather the stamps that its open sessions share.
    Remember(IpAddr, Record),
    /// Connect the client to its upstream. From [`Upstream::Backend`] on, bytes flow without the engine, which only
    /// wants to hear of [`Input::BackendAnswered`] or the end.
    Dial(Upstream),
    /// The first line, `220-…`, of a two-line greeting, for hosts that can speak before they dial.
    ///
    /// A host that cannot leaves it out; the client then waits in silence, which no client can tell from a slow server.
    Teaser(Vec<u8>),
    /// Send these bytes to the client.
    ToClient(Vec<u8>),
    /// Close the connection after everything has been sent.
    Close,
    /// Write a log line.
    Log(Line),
    /// Add one to a counter.
    Count(Counter),
    /// Add to a gauge (+1 or -1).
    Adjust(Gauge, i8),
    /// The decision about this client, once per session, for access logs.
    Verdict(Verdict),
}

/// Where a client's bytes go once it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// The mail server.
    Backend,
    /// No mail server: the host itself speaks to the client, from [`Output::ToClient`].
    Nobody,
}
