//! Which client an event is about, where the host does not say it.

use postscreen_scenario::owner_name;

use super::{Lane, Record};

/// The lane of the client that a log line names by address and port.
pub(super) fn lane_of(text: &str, lanes: &[Lane]) -> Option<usize> {
    let names = |lane: &Lane| text.contains(&format!("[{}]:{}", lane.client.ip(), lane.client.port()));
    lanes.iter().position(names).or_else(|| {
        // `DNSBL rank 3 for [203.0.113.9]:40000` has a port, `addr 203.0.113.9 listed by …` has none.
        let names = |lane: &Lane| text.split(' ').any(|word| word == lane.client.ip().to_string());
        lanes.iter().rposition(names)
    })
}

impl Record {
    /// The lane of the client whose reversed address (RFC 5782) begins the name that is asked for: the last one that
    /// has connected from there.
    pub(super) fn asking(&self, name: &str) -> Option<usize> {
        self.lanes.iter().rposition(|lane| name.starts_with(&owner_name(lane.client.ip(), "")))
    }
}
