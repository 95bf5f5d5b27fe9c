//! How long a story takes where time is real.

use std::collections::BTreeMap;
use std::time::Duration;

use postscreen_scenario::{Scenario, Start, Step};

/// Longer stories are for virtual time.
pub const REAL_TIME_MAX: Duration = Duration::from_mins(1);

/// The least time that a story takes: what its clients wait by their scripts. What they wait for comes on top.
pub fn length(scenario: &Scenario) -> Duration {
    let mut ends = BTreeMap::new();
    scenario.clients.keys().map(|name| end(scenario, name, &mut ends)).max().unwrap_or_default()
}

/// When the script of a client has ended at the earliest. The parser has excluded circles.
fn end<'a>(scenario: &'a Scenario, name: &'a str, ends: &mut BTreeMap<&'a str, Duration>) -> Duration {
    if let Some(known) = ends.get(name) {
        return *known;
    }
    let Some(client) = scenario.clients.get(name) else { return Duration::ZERO };
    let start = match &client.start {
        Start::At(time) => *time,
        Start::After { client, wait } => end(scenario, client, ends) + *wait,
    };
    let steps = client.script.iter().fold(Duration::ZERO, |passed, step| match step {
        Step::Wait(time) | Step::Silence(time) => passed + *time,
        Step::Elapsed(time) => passed.max(*time),
        _ => passed,
    });
    let end = start + steps;
    ends.insert(name, end);
    end
}

#[cfg(test)]
mod tests;
