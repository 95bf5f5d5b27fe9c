//! What a play leaves behind, as stories ask for it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use envoy_sim::{ConnectionEnd, Driven, Unseen};
use postscreen_engine::{Policy, SharedData, Test, registry};
use postscreen_scenario::{Scenario, Transcript};

/// Where the module writes its decision for access logs.
const VERDICT: &str = "wasm.postscreen.verdict";
/// And the client's record.
const RECORD: &str = "wasm.postscreen.record";

/// The clients that have come and gone, and whom they were connected to.
#[derive(Default)]
pub(super) struct Register {
    open: BTreeSet<String>,
    dials: BTreeMap<String, Vec<String>>,
    verdicts: BTreeMap<String, String>,
    records: BTreeMap<String, String>,
}

/// The host's shared data, to be looked at.
struct SharedView<'a>(&'a dyn Driven);

// === impl Register ===

impl Register {
    pub(super) fn connected(&mut self, name: &str) {
        self.open.insert(name.to_owned());
    }

    pub(super) fn dialled(&mut self, name: &str, cluster: &str) {
        self.dials.entry(name.to_owned()).or_default().push(cluster.to_owned());
    }

    /// A connection has ended. Upstreams inside the host are not dialled; they are told of here.
    pub(super) fn ended(&mut self, name: &str, end: &ConnectionEnd) {
        self.open.remove(name);
        if let Some(cluster) = &end.upstream
            && !self.dials.get(name).is_some_and(|dialled| dialled.contains(cluster))
        {
            self.dialled(name, cluster);
        }
        if let Some(verdict) = end.filter_state_text(VERDICT) {
            self.verdicts.insert(name.to_owned(), verdict);
        }
        if let Some(record) = end.filter_state_text(RECORD) {
            self.records.insert(name.to_owned(), record);
        }
    }

    /// Open connections, dials, verdicts, records.
    pub(super) fn tell(self, transcript: &mut Transcript) {
        transcript.open = Some(self.open);
        transcript.dials = Some(self.dials);
        transcript.verdicts = Some(self.verdicts);
        transcript.records = Some(self.records);
    }
}

/// The tests of which each client of the story has a valid pass; `None` when this is not our module's
/// configuration, or nobody can look.
pub(super) fn passes(
    scenario: &Scenario,
    host: &dyn Driven,
    unix: u64,
) -> Option<BTreeMap<IpAddr, BTreeSet<String>>> {
    let policy = serde_json::Value::Object(scenario.policy.clone()).to_string();
    let policy = Policy::parse(policy.as_bytes()).ok()?;
    let view = SharedView(host);
    view.fetch("").ok()?;
    let passed = |client: IpAddr| {
        let record = registry::recall(&view, client, &policy).unwrap_or_default();
        let valid = Test::ALL.into_iter().filter(|test| u64::from(record.expiry(*test)) >= unix);
        (client, valid.map(|test| test.as_str().to_owned()).collect())
    };
    let clients: BTreeSet<_> = scenario.clients.values().map(|client| client.from).collect();
    Some(clients.into_iter().chain(scenario.finally.passes.keys().copied()).map(passed).collect())
}

impl SharedData for SharedView<'_> {
    type Error = Unseen;

    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, Unseen> {
        Ok(self.0.shared_data(key.as_bytes())?.map(|value| (value, 0)))
    }

    fn store(&self, _key: &str, _value: &[u8], _version: u32) -> Result<bool, Unseen> {
        Err(Unseen)
    }
}
