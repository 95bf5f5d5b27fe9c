//! The resolver of a story: the zones, what is wrong with the whole of it, and what it has been asked so far.

use std::collections::BTreeMap;
use std::time::Duration;

use super::message::Query;
use super::{Content, Reply, Zones};
use crate::story::{Outage, Scenario};

/// Answers the questions of one play.
#[derive(Clone, Debug)]
pub struct Resolver {
    zones: Zones,
    outage: Option<Outage>,
    /// Questions so far, by the zone that counts them.
    asked: BTreeMap<String, u32>,
}

/// What a question gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// How long it takes; `None`: what the host's resolver takes.
    pub latency: Option<Duration>,
    /// What goes over the wire then.
    pub reply: Reply,
}

// === impl Resolver ===

impl Resolver {
    /// A resolver that has not been asked yet.
    pub fn new(scenario: &Scenario) -> Self {
        Self { zones: scenario.dns.clone(), outage: scenario.resolver.clone(), asked: BTreeMap::new() }
    }

    /// The answer to a DNS message that comes so long after the story's begin.
    pub fn ask(&mut self, message: &[u8], now: Duration) -> Answered {
        let Some(query) = Query::parse(message) else {
            return Answered { latency: None, reply: Reply::NoQuestion };
        };
        let outage = self.outage.as_ref().filter(|outage| outage.covers(now));
        if let Some((outage, fault)) = outage.and_then(|outage| Some((outage, outage.fault?))) {
            return Answered { latency: outage.latency, reply: query.reply(&Content::Fault(fault)) };
        }
        let name = query.name();
        let answer = self.zones.answer(&name, query.rtype());
        let mut reply = query.reply(&answer.content);
        if let Some((zone, lost)) = answer.lossy {
            let asked = self.asked.entry(zone.to_owned()).or_default();
            *asked = asked.saturating_add(1);
            if *asked <= lost {
                reply = Reply::Silence;
            }
        }
        Answered { latency: answer.latency.or(outage.and_then(|outage| outage.latency)), reply }
    }
}

#[cfg(test)]
mod tests;
