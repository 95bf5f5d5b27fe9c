//! What happened in a play, when and to whom: what the timeline and the report are drawn from.
//!
//! [`Recorder`] stands between the player and its host, whichever ABI the host speaks, and writes down what passes.

mod describe;
mod recorder;

use std::net::SocketAddr;
use std::time::Duration;

use envoy_sim::{ConnectionId, LogLine, VmId};
use postscreen_scenario::owner_name;

pub(super) use recorder::Recorder;

/// The most events of one record; what comes after them is only counted.
pub(super) const EVENTS_MAX: usize = 10_000;
/// The most bytes of one event that are kept.
pub(super) const BYTES_MAX: usize = 1_024;

/// Everything about one play.
#[derive(Debug, Default)]
pub(super) struct PlayRecord {
    /// One for each client, in the order in which they connected.
    pub lanes: Vec<Lane>,
    /// In the order in which they happened.
    pub events: Vec<Event>,
    /// Events beyond [`EVENTS_MAX`].
    pub left_out: usize,
}

/// One client's connection.
#[derive(Debug)]
pub(super) struct Lane {
    pub connection: ConnectionId,
    /// As the story calls it.
    pub name: String,
    pub client: SocketAddr,
    /// The worker that had it, where the host has told.
    pub worker: Option<usize>,
    pub began: Duration,
    /// When its connection was over; `None`: it was not.
    pub ended: Option<Duration>,
    /// What the module found, where it said so.
    pub verdict: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub at: Duration,
    /// Index of the lane; `None`: it is about no client in particular, or about many, see [`PlayRecord::is_struck`].
    pub lane: Option<usize>,
    pub what: What,
}

/// Who holds an end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Client,
    Server,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    Connected {
        from: SocketAddr,
    },
    /// A peer sent bytes. `passed`: the other one got just these at once.
    Said {
        by: Peer,
        bytes: Bytes,
        passed: bool,
    },
    /// A peer got bytes that the other one did not send in this moment and in this form.
    Given {
        to: Peer,
        bytes: Bytes,
    },
    /// A peer ended its half.
    Ended {
        by: Peer,
    },
    /// A peer broke the connection.
    Broke {
        by: Peer,
    },
    /// The host ended its half towards a peer, or closed the connection, or broke it.
    Finished {
        to: Peer,
        how: Finish,
    },
    Dialled {
        cluster: String,
    },
    /// What became of dialling.
    Connection {
        stands: bool,
    },
    Asked {
        question: String,
    },
    Answered {
        answer: String,
    },
    /// The host has given up waiting for an answer.
    GaveUp {
        question: String,
    },
    /// The module has sent a message on a stream of gRPC. `end`: its last one.
    Sent {
        to: String,
        bytes: Bytes,
        end: bool,
    },
    /// The module has ended its half of a stream of gRPC.
    SaidAll {
        to: String,
    },
    /// A call or stream of gRPC was cancelled, by the module or because its time is over.
    Cancelled {
        question: String,
    },
    /// A new configuration was tried. `refused`: why the old one stays.
    Reconfigured {
        changes: String,
        refused: Option<String>,
    },
    /// A machine has trapped, and is of no use from now on.
    Trapped {
        vm: VmId,
        headline: String,
    },
    Logged(LogLine),
    Verdict(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    Half,
    Close,
    Reset,
}

/// The begin of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bytes {
    pub begin: Vec<u8>,
    pub len: usize,
}

// === impl PlayRecord ===

impl PlayRecord {
    fn push(&mut self, at: Duration, lane: Option<usize>, what: What) {
        if self.events.len() < EVENTS_MAX {
            self.events.push(Event { at, lane, what });
        } else {
            self.left_out += 1;
        }
    }

    /// The lane of a connection.
    fn lane_of(&self, connection: ConnectionId) -> Option<usize> {
        self.lanes.iter().position(|lane| lane.connection == connection)
    }

    /// The lane of the client whose reversed address (RFC 5782) begins the name that is asked for: the last one that
    /// has connected from there. A question is an address's and not a connection's, so the host does not say it.
    fn asking(&self, name: &str) -> Option<usize> {
        self.lanes.iter().rposition(|lane| name.starts_with(&owner_name(lane.client.ip(), "")))
    }

    /// When the last thing happened.
    pub fn end(&self) -> Duration {
        self.events.last().map_or(Duration::ZERO, |event| event.at)
    }

    /// Whether an event strikes this lane from outside: a new configuration is for everybody, a trap for the clients of
    /// its worker.
    pub fn is_struck(&self, event: &Event, lane: usize) -> bool {
        match event.what {
            What::Reconfigured { .. } => true,
            What::Trapped { vm: VmId::Worker(worker), .. } => {
                self.lanes.get(lane).is_some_and(|lane| lane.worker == Some(worker))
            }
            _ => false,
        }
    }

    /// The worker of a lane, where there are several.
    pub fn worker(&self, lane: &Lane) -> Option<usize> {
        let trapped = |event: &Event| matches!(event.what, What::Trapped { vm: VmId::Worker(1..), .. });
        let several = self.lanes.iter().any(|lane| lane.worker > Some(0)) || self.events.iter().any(trapped);
        lane.worker.filter(|_| several)
    }

    /// The lane of an event.
    pub fn lane(&self, event: &Event) -> Option<&Lane> {
        self.lanes.get(event.lane?)
    }
}

// === impl What ===

impl What {
    /// Whether it is about many clients at once.
    pub fn is_for_many(&self) -> bool {
        matches!(self, Self::Reconfigured { .. } | Self::Trapped { .. })
    }
}

// === impl Bytes ===

impl Bytes {
    pub fn new(bytes: &[u8]) -> Self {
        Self { begin: bytes[..bytes.len().min(BYTES_MAX)].to_vec(), len: bytes.len() }
    }
}

#[cfg(test)]
pub(super) mod tests;
