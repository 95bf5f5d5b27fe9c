//! What goes into a worker and what comes out of it.

use crate::line::Line;
use crate::metric::SeriesName;
use crate::verdict::Verdict;
use std::net::SocketAddr;
use std::time::Duration;

/// A connection's number, of the host's choice. A number may be used again once its connection is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// The two ends of a client's connection, as the mail server would see them (after the PROXY protocol).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Who connected.
    pub client: SocketAddr,
    /// The address that was connected to.
    pub server: SocketAddr,
}

/// Something that happened. What no longer matters is ignored, so a host may deliver late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The connection was accepted. Its first input; without addresses (a Unix socket) there is nobody to screen.
    ClientOpened(Option<Endpoints>),
    /// Bytes that just arrived from the client, each byte once.
    ClientBytes(&'a [u8]),
    /// The client sent FIN; it may still read.
    ClientEnd,
    /// The connection is gone in both directions.
    ClientClosed,
    /// The first bytes of the mail server have come, after [`Output::Dial`] of [`Destination::Backend`]. Nothing
    /// follows from when they come, so the time of an earlier input will do.
    BackendAnswered,
    /// The answer to [`Output::AskDns`] of the same question: the body of the answer, whatever it holds. It belongs to
    /// no connection, so the number that it comes with has no meaning. Whatever follows from it is a deadline that is
    /// due at once, so the time of an earlier input will do; but records, where there are some, say it.
    DnsAnswer {
        /// The `question` of the [`Output::AskDns`].
        question: u32,
        /// A DNS message in wire format, or why there is none.
        answer: Result<&'a [u8], DnsFailure>,
    },
    /// The point in time given by [`crate::Worker::deadline`] has been reached. It belongs to no connection.
    DeadlineReached,
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
pub struct Task {
    /// The connection that it is about, or that caused it; `None`: the worker as a whole.
    pub connection: Option<ConnectionId>,
    /// What is to be done.
    pub output: Output,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Ask the resolver; answered by [`Input::DnsAnswer`]. The question outlives the connection that caused it.
    AskDns {
        /// The number of the question, which no other question of the worker has at the same time.
        question: u32,
        /// A DNS query in wire format with the message id 0, as RFC 8484 (section 4.1) recommends.
        message: Vec<u8>,
        /// How long to wait for the answer (`dnsbl_timeout`); then it is [`DnsFailure::Timeout`].
        timeout: Duration,
    },
    /// Drop so many of the client's first bytes: they are a PROXY header, not for the mail server.
    Skip(usize),
    /// Connect the client to its destination. From [`Destination::Backend`] on, bytes flow without the engine, which
    /// only wants to hear of [`Input::BackendAnswered`] or the end.
    Dial(Destination),
    /// The first line, `220-…`, of a two-line greeting; for hosts that can speak before they dial
    /// ([`HostTraits::teases`]).
    Teaser(Vec<u8>),
    /// Send these bytes to the client.
    ToClient(Vec<u8>),
    /// Close the connection after everything has been sent.
    Close,
    /// Write a log line.
    Log(Line),
    /// Add to a counter, or to a gauge that counts. Workers save counts up for a second while they hold clients.
    Count(SeriesName, u32),
    /// Set a gauge, which all workers of the host share.
    Gauge(SeriesName, u32),
    /// Add a sample to a histogram.
    Sample(SeriesName, u32),
    /// The decision about this client, once per session, for access logs.
    Verdict(Verdict),
    /// Its record, one line of JSON ([`ClientRecord`](crate::client_record::ClientRecord)), right after the verdict.
    Record(String),
}

/// Where [`Output::Dial`] leads a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The mail server.
    Backend,
    /// No mail server: the host itself speaks to the client, from [`Output::ToClient`].
    Nobody,
}

/// What a worker has to know of its host.
#[derive(Clone, Copy)]
pub struct HostTraits {
    /// Whether the host can send [`Output::Teaser`] to a client that is held. Where it cannot, an early talker that is
    /// talked to is greeted before it is answered.
    pub teases: bool,
    /// Random bytes, to be told to nobody: no stranger must be able to compute where a client is kept.
    pub hash_key: [u8; 16],
}
