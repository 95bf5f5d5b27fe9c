//! Which hosts can play a story.

use std::fmt;

use super::Scenario;
use crate::dns::Fault;

/// The hosts that play stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostKind {
    /// One engine, driven directly.
    Native,
    /// The engine as a component in the simulator, or linked into it, on workers.
    Component,
    /// The network filter in the simulator.
    ProxyWasm,
    /// The network filter in a real Envoy.
    Envoy,
    /// Postfix's postscreen(8): the oracle.
    Postscreen,
}

// === impl HostKind ===

impl HostKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Native, Self::Component, Self::ProxyWasm, Self::Envoy, Self::Postscreen];
}

impl fmt::Display for HostKind {
    /// As stories write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Component => "component",
            Self::ProxyWasm => "proxy-wasm",
            Self::Envoy => "envoy",
            Self::Postscreen => "postscreen",
        })
    }
}

/// Something that a story needs and that not every host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Clients are placed on workers.
    Workers,
    /// A machine traps.
    Trap,
    /// The configuration changes while clients are there.
    Reconfigure,
    /// The resolver is asked by HTTP, and can fail as HTTP does.
    HttpResolver,
    /// The resolver lies, or loses some questions: another resolver's retries would change the story.
    LyingResolver,
    /// The resolver fails as a whole.
    ResolverOutage,
}

impl Need {
    const ALL: [Self; 6] = [
        Self::Workers,
        Self::Trap,
        Self::Reconfigure,
        Self::HttpResolver,
        Self::LyingResolver,
        Self::ResolverOutage,
    ];

    fn is_in(self, story: &Scenario) -> bool {
        let outage = story.resolver.as_ref();
        let mut faults = story.dns.faults();
        match self {
            Self::Workers => {
                story.workers.is_some() || story.clients.values().any(|client| client.worker.is_some())
            }
            Self::Trap => !story.traps.is_empty(),
            Self::Reconfigure => !story.reconfigure.is_empty(),
            Self::HttpResolver => faults.any(Fault::needs_http),
            Self::LyingResolver => faults.any(Fault::is_lie) || story.dns.lose_questions(),
            Self::ResolverOutage => outage.is_some(),
        }
    }

    /// What a host without it cannot do.
    fn what(self) -> &'static str {
        match self {
            Self::Workers => "place clients on workers",
            Self::Trap => "let a machine trap",
            Self::Reconfigure => "change the configuration while clients are there",
            Self::HttpResolver => "ask its resolver by HTTP",
            Self::LyingResolver => "take such answers as they come: its resolver asks again",
            Self::ResolverOutage => "let the resolver of one story fail: all share it",
        }
    }

    fn is_met_by(self, host: HostKind) -> bool {
        match self {
            Self::Trap => host == HostKind::ProxyWasm,
            Self::Workers | Self::Reconfigure => {
                matches!(host, HostKind::Component | HostKind::ProxyWasm | HostKind::Envoy)
            }
            Self::HttpResolver | Self::LyingResolver | Self::ResolverOutage => host != HostKind::Postscreen,
        }
    }
}

// === impl Scenario ===

impl Scenario {
    /// What this story needs and `host` cannot do; `None`: it can play the story.
    pub fn too_much_for(&self, host: HostKind) -> Option<&'static str> {
        Need::ALL.into_iter().find(|need| !need.is_met_by(host) && need.is_in(self)).map(Need::what)
    }

    /// Why `host` leaves this story out, as the end of a sentence; `None`: it plays it.
    pub fn left_out_by(&self, host: HostKind) -> Option<String> {
        match self.too_much_for(host) {
            _ if self.hosts.contains(&host) => None,
            Some(what) => Some(format!("is for other hosts: {host} cannot {what}")),
            None => Some("is for other hosts, as its `hosts` say".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
