//! The metrics of one host.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use postscreen_engine::{Counter, Gauge};

/// What the workers of a host have counted; a handle on it.
#[derive(Clone, Debug)]
pub(super) struct Books(Rc<RefCell<BTreeMap<&'static str, i64>>>);

impl Books {
    /// All metrics at 0.
    pub(super) fn new() -> Self {
        let counters = Counter::ALL.iter().map(|counter| counter.name());
        let names = counters.chain(Gauge::ALL.iter().map(|gauge| gauge.name()));
        Self(Rc::new(RefCell::new(names.map(|name| (name, 0)).collect())))
    }

    pub(super) fn add(&self, counter: Counter, by: u32) {
        let mut entries = self.0.borrow_mut();
        let value = entries.entry(counter.name()).or_default();
        *value = value.saturating_add(by.into());
    }

    pub(super) fn set(&self, gauge: Gauge, value: u32) {
        self.0.borrow_mut().insert(gauge.name(), value.into());
    }

    /// Every metric by name.
    pub(super) fn metrics(&self) -> BTreeMap<String, i64> {
        self.0.borrow().iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }
}
