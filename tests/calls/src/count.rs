//! Counting the calls between a module and its host.

use std::collections::BTreeMap;

use envoy_sim::trace::{Call, Direction, End, Observer};

/// Which callback, and which host function was called in it.
pub type InCallback = (String, String);

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallCounts {
    /// How often the host called each callback that the module has.
    pub callbacks: BTreeMap<String, u64>,
    /// How often the module called each host function, by the callback in which it did.
    pub calls: BTreeMap<InCallback, u64>,
    /// How often the host asked the module's allocator for memory in between.
    pub allocations: u64,
    /// Units of fuel, about one for each instruction of the module.
    pub fuel: u64,
}

/// The observer that counts.
#[derive(Debug, Default)]
pub struct CallCounter {
    tally: CallCounts,
    /// The callback that is running.
    callback: String,
}

// === impl CallCounts ===

impl CallCounts {
    /// How often each host function was called.
    pub fn by_function(&self) -> BTreeMap<&str, u64> {
        let mut functions = BTreeMap::new();
        for ((_, function), count) in &self.calls {
            *functions.entry(function.as_str()).or_default() += count;
        }
        functions
    }

    /// How many host functions were called in each callback.
    pub fn by_callback(&self) -> BTreeMap<&str, u64> {
        let mut callbacks = BTreeMap::new();
        for ((callback, _), count) in &self.calls {
            *callbacks.entry(callback.as_str()).or_default() += count;
        }
        callbacks
    }

    /// Calls of host functions, all of them.
    pub fn total(&self) -> u64 {
        self.calls.values().sum()
    }
}

// === impl CallCounter ===

impl CallCounter {
    /// What was counted since the last time.
    pub fn take(&mut self) -> CallCounts {
        std::mem::take(&mut self.tally)
    }
}

impl Observer for CallCounter {
    fn begins(&mut self, call: &Call) -> Option<String> {
        match call.direction {
            Direction::Callback => {
                self.callback.clone_from(&call.function);
                *self.tally.callbacks.entry(call.function.clone()).or_default() += 1;
            }
            Direction::HostFunction => {
                let place = (self.callback.clone(), call.function.clone());
                *self.tally.calls.entry(place).or_default() += 1;
            }
        }
        None
    }

    fn ends(&mut self, _: &Call, end: &End) {
        self.tally.allocations += u64::from(end.spent.allocations);
        self.tally.fuel += end.spent.fuel.unwrap_or_default();
    }
}
