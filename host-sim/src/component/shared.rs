//! What the workers of one host have in common.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::rc::Rc;

use postscreen_engine::shared::Memory;
use postscreen_engine::throttle::is_due;
use postscreen_engine::{Counter, Gauge, Line, Repeat, SharedData};

/// The roster and the table of passes; a handle on them.
#[derive(Clone, Debug, Default)]
pub(super) struct Table(Rc<Memory>);

/// Metrics and throttled lines; a handle on them.
#[derive(Clone, Debug)]
pub(super) struct Books(Rc<RefCell<Entries>>);

#[derive(Debug)]
struct Entries {
    metrics: BTreeMap<&'static str, i64>,
    /// When a line that must not be repeated too often was last written, in Unix seconds. As many as the policy has
    /// DNS lists.
    written: BTreeMap<u16, u64>,
}

impl SharedData for Table {
    type Error = Infallible;

    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, Infallible> {
        self.0.fetch(key)
    }

    fn store(&self, key: &str, value: &[u8], version: u32) -> Result<bool, Infallible> {
        self.0.store(key, value, version)
    }
}

impl Books {
    /// All metrics at 0, and nothing written.
    pub(super) fn new() -> Self {
        let counters = Counter::ALL.iter().map(|counter| counter.name());
        let names = counters.chain(Gauge::ALL.iter().map(|gauge| gauge.name()));
        let metrics = names.map(|name| (name, 0)).collect();
        Self(Rc::new(RefCell::new(Entries { metrics, written: BTreeMap::new() })))
    }

    /// Moves a metric.
    pub(super) fn add(&self, metric: &'static str, by: i64) {
        let mut entries = self.0.borrow_mut();
        let value = entries.metrics.entry(metric).or_default();
        *value = value.saturating_add(by);
    }

    /// Every metric by name.
    pub(super) fn metrics(&self) -> BTreeMap<String, i64> {
        self.0.borrow().metrics.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    /// Whether a line is to be written at this Unix time.
    pub(super) fn admit(&self, line: &Line, unix: u64) -> bool {
        let Repeat::OncePerMinute(number) = line.repeat else { return true };
        let mut entries = self.0.borrow_mut();
        let due = is_due(entries.written.get(&number).copied(), unix);
        if due {
            entries.written.insert(number, unix);
        }
        due
    }
}
