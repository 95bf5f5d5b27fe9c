//! What a test wants of the calls themselves: traps, and a trace.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use envoy_sim::trace::{Call, End, Observer, Printer};
use envoy_sim::{abi_callbacks, abi_functions};

/// The most lines of a trace that are kept; a test that needs more of them does not read them.
pub(super) const TRACE_LINES_MAX: usize = 100_000;

/// What becomes of a line of a trace.
type Keep = Box<dyn FnMut(&str)>;

/// The observer of a host under test.
pub(super) struct TestObserver {
    /// Functions whose next call traps.
    pub traps: BTreeSet<String>,
    pub lines: Rc<RefCell<Vec<String>>>,
    printer: Option<Printer<Keep>>,
    other: Option<Rc<RefCell<dyn Observer>>>,
}

/// Whether a call of this name is ever observed.
pub(super) fn is_in_abi(function: &str) -> bool {
    abi_callbacks().any(|callback| callback == function)
        || abi_functions().iter().any(|known| known.name == function)
}

// === impl TestObserver ===

impl TestObserver {
    pub fn new(traced: bool, other: Option<Rc<RefCell<dyn Observer>>>) -> Rc<RefCell<Self>> {
        let lines = Rc::<RefCell<Vec<String>>>::default();
        let kept = Rc::clone(&lines);
        let keep: Keep = Box::new(move |line| {
            let mut kept = kept.borrow_mut();
            if kept.len() < TRACE_LINES_MAX {
                kept.push(line.to_owned());
            }
        });
        let printer = traced.then(|| Printer::new(keep));
        Rc::new(RefCell::new(Self { traps: BTreeSet::new(), lines, printer, other }))
    }
}

impl Observer for TestObserver {
    fn begins(&mut self, call: &Call) -> Option<String> {
        if let Some(printer) = &mut self.printer {
            printer.begins(call);
        }
        let wanted = self.other.as_ref().and_then(|other| other.borrow_mut().begins(call));
        let trap = self.traps.remove(&call.function);
        wanted.or_else(|| trap.then(|| format!("the test wanted a trap in {}", call.function)))
    }

    fn ends(&mut self, call: &Call, end: &End) {
        if let Some(printer) = &mut self.printer {
            printer.ends(call, end);
        }
        if let Some(other) = &self.other {
            other.borrow_mut().ends(call, end);
        }
    }
}
