//! The clients of a story and their connections.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use envoy_sim::ConnectionId;
use envoy_sim::virtual_time::PeerSocket;
use postscreen_scenario::{Actor, Failure, Limits, Scenario, Start};

/// The first client's port; each further client has the next one.
pub const FIRST_PORT: u16 = 40_000;
/// The server's addresses (documentation networks, RFC 5737 and RFC 3849) and the port of SMTP.
const SERVER_V4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 25)), 25);
const SERVER_V6: SocketAddr =
    SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25)), 25);

/// All clients by name.
pub(super) struct Cast<'a> {
    scenario: &'a Scenario,
    limits: Limits,
    members: BTreeMap<&'a str, Member>,
    by_connection: BTreeMap<ConnectionId, &'a str>,
}

/// A client that has connected.
pub(super) struct Member {
    pub actor: Actor,
    pub socket: PeerSocket,
    /// When the script wants to be asked again.
    pub wake: Option<Duration>,
    pub end: Option<(Duration, Result<(), Failure>)>,
    connected: Duration,
    heard: Vec<Heard>,
}

/// Something that a client hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Counted from its connecting.
    pub at: Duration,
    /// What it is.
    pub sound: Sound,
}

/// What a client hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    /// Words.
    Bytes(Vec<u8>),
    /// The server closes.
    Closed,
}

// === impl Cast ===

impl<'a> Cast<'a> {
    pub(super) fn new(scenario: &'a Scenario, limits: Limits) -> Self {
        Self { scenario, limits, members: BTreeMap::new(), by_connection: BTreeMap::new() }
    }

    /// The clients that have not connected yet although their time has come, with both ends of their connections.
    pub(super) fn due(&self, now: Duration) -> Vec<(&'a str, SocketAddr, SocketAddr)> {
        let mut due = Vec::new();
        for (port, (name, client)) in (FIRST_PORT..).zip(&self.scenario.clients) {
            let absent = !self.members.contains_key(name.as_str());
            if absent && self.start(name).is_some_and(|start| start <= now) {
                let server = if client.from.is_ipv4() { SERVER_V4 } else { SERVER_V6 };
                due.push((name.as_str(), SocketAddr::new(client.from, port), server));
            }
        }
        due
    }

    /// The client has connected.
    pub(super) fn join(&mut self, name: &'a str, connection: ConnectionId, now: Duration) {
        let Some(client) = self.scenario.clients.get(name) else { return };
        let member = Member {
            actor: Actor::new(&client.script, now, self.limits),
            socket: PeerSocket::new(connection),
            wake: None,
            end: None,
            connected: now,
            heard: Vec::new(),
        };
        self.members.insert(name, member);
        self.by_connection.insert(connection, name);
    }

    /// Everybody whose script is in progress.
    pub(super) fn playing(&mut self) -> impl Iterator<Item = &mut Member> {
        self.members.values_mut().filter(|member| member.end.is_none())
    }

    pub(super) fn of(&mut self, connection: ConnectionId) -> Option<&mut Member> {
        self.members.get_mut(self.by_connection.get(&connection)?)
    }

    pub(super) fn name(&self, connection: ConnectionId) -> Option<&'a str> {
        self.by_connection.get(&connection).copied()
    }

    /// When the next client connects or the next script goes on.
    pub(super) fn next_wake(&self) -> Option<Duration> {
        let absent = self.scenario.clients.keys().filter(|name| !self.members.contains_key(name.as_str()));
        let starts = absent.filter_map(|name| self.start(name));
        let wakes =
            self.members.values().filter(|member| member.end.is_none()).filter_map(|member| member.wake);
        starts.chain(wakes).min()
    }

    /// When the last script ended, once all have.
    pub(super) fn ended(&self) -> Option<Duration> {
        if self.members.len() < self.scenario.clients.len() {
            return None;
        }
        let ends: Option<Vec<_>> = self.members.values().map(|member| Some(member.end.as_ref()?.0)).collect();
        ends?.into_iter().max()
    }

    /// The teaser that each client got; those that got none are left out.
    pub(super) fn teasers(&self) -> BTreeMap<String, String> {
        let teaser = |(name, member): (&&str, &Member)| {
            let teaser = String::from_utf8_lossy(member.actor.teaser()?).into_owned();
            Some(((*name).to_owned(), teaser))
        };
        self.members.iter().filter_map(teaser).collect()
    }

    /// What each client has heard.
    pub(super) fn heard(&mut self) -> BTreeMap<String, Vec<Heard>> {
        let heard =
            |(name, member): (&&str, &mut Member)| ((*name).to_owned(), std::mem::take(&mut member.heard));
        self.members.iter_mut().map(heard).collect()
    }

    /// How each script ended; clients whose script did not end are left out.
    pub(super) fn results(self) -> BTreeMap<String, Result<(), Failure>> {
        let result = |(name, member): (&str, Member)| Some((name.to_owned(), member.end?.1));
        self.members.into_iter().filter_map(result).collect()
    }

    fn start(&self, name: &str) -> Option<Duration> {
        match &self.scenario.clients.get(name)?.start {
            Start::At(time) => Some(*time),
            Start::After { client, wait } => {
                let (end, _) = self.members.get(client.as_str())?.end.as_ref()?;
                Some(*end + *wait)
            }
        }
    }
}

// === impl Member ===

impl Member {
    /// The host sends bytes, and its socket takes them.
    pub(super) fn hears(&mut self, bytes: &[u8], now: Duration) {
        self.heard
            .push(Heard { at: now.saturating_sub(self.connected), sound: Sound::Bytes(bytes.to_vec()) });
        self.actor.received(bytes);
    }

    /// The host ends its half, or closes.
    pub(super) fn hears_end(&mut self, now: Duration) {
        let known = self.heard.last().is_some_and(|heard| heard.sound == Sound::Closed);
        if self.socket.is_open() && !known {
            self.heard.push(Heard { at: now.saturating_sub(self.connected), sound: Sound::Closed });
        }
        self.actor.peer_closed();
    }
}
