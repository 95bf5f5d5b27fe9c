//! The limit on open connections.

use std::cell::Cell;
use std::rc::Rc;

/// As many as there may be clients.
pub(super) struct Seats {
    max: usize,
    taken: Cell<usize>,
}

/// Held by a client from accept until its socket is closed.
pub(super) struct Seat(Rc<Seats>);

// === impl Seats ===

impl Seats {
    pub fn new(max: usize) -> Rc<Self> {
        Rc::new(Self { max, taken: Cell::new(0) })
    }

    /// `None` when all are taken.
    pub fn take(self: &Rc<Self>) -> Option<Seat> {
        let taken = self.taken.get();
        (taken < self.max).then(|| {
            self.taken.set(taken + 1);
            Seat(Rc::clone(self))
        })
    }

    pub fn taken(&self) -> usize {
        self.taken.get()
    }
}

// === impl Seat ===

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.taken.set(self.0.taken.get() - 1);
    }
}

#[cfg(test)]
mod tests;
