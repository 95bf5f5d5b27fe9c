//! Machines that trap when a story wants it: each in its first callback after the time.

use std::cell::RefCell;
use std::rc::Rc;

use envoy_sim::trace::{Call, Direction, End, Observer};
use envoy_sim::{FailurePolicy, VmId};
use postscreen_scenario::{FailurePolicy as Wanted, Trap};

/// What a machine that traps for a story says.
const REASON: &str = "the story wants a trap";

/// Lets machines trap, and tells somebody else of the calls.
pub(super) struct Traps {
    waiting: Vec<Trap>,
    inner: Option<Rc<RefCell<dyn Observer>>>,
}

// === impl Traps ===

impl Traps {
    pub(super) fn new(traps: &[Trap], inner: Option<Rc<RefCell<dyn Observer>>>) -> Self {
        Self { waiting: traps.to_vec(), inner }
    }
}

impl Observer for Traps {
    fn begins(&mut self, call: &Call) -> Option<String> {
        let inner = self.inner.as_ref().and_then(|inner| inner.borrow_mut().begins(call));
        let due = |trap: &Trap| trap.at <= call.now.monotonic && call.vm == VmId::Worker(trap.worker);
        let index = self.waiting.iter().position(due).filter(|_| call.direction == Direction::Callback);
        let reason = index.map(|index| {
            self.waiting.remove(index);
            REASON.to_owned()
        });
        reason.or(inner)
    }

    fn ends(&mut self, call: &Call, end: &End) {
        if let Some(inner) = &self.inner {
            inner.borrow_mut().ends(call, end);
        }
    }
}

/// The host's setting for what a story wants.
pub(super) fn failure_policy(wanted: Wanted) -> FailurePolicy {
    match wanted {
        Wanted::FailClosed => FailurePolicy::FailClosed,
        Wanted::FailOpen => FailurePolicy::FailOpen,
        Wanted::FailReload => FailurePolicy::FAIL_RELOAD,
    }
}
