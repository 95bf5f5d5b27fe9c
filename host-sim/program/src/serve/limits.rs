//! How much the server lets its peers make it hold. What one connection may hold is in [`super::pipe`].

use std::cell::Cell;
use std::rc::Rc;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are open without any client: listeners, log, scrapes of metrics. Each DNS question under way has one
/// more.
pub(super) const FILES_RESERVED: u64 = 256;
/// Open files of one client: its socket and that to the mail server.
pub(super) const FILES_PER_CLIENT: u64 = 2;
/// The same when the mail server is the embedded one, which has its own end of the second connection.
pub(super) const FILES_PER_CLIENT_EMBEDDED: u64 = 3;

/// Lets the process open as many files as it ever may, and tells how many these are; `None` is any number.
pub(super) fn raise_files_max() -> Option<u64> {
    let now = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: now.maximum, maximum: now.maximum };
    // A process may always raise its soft limit up to the hard one; a sandbox that forbids it leaves the soft one.
    match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => now.maximum,
        Err(_) => now.current,
    }
}

/// How many of the `wanted` clients can be served at one time, so that none is accepted for whom there is no file left.
/// `files_taken` are those of others.
pub(super) fn clients_max(
    wanted: usize,
    files_max: Option<u64>,
    files_taken: u64,
    files_per_client: u64,
) -> usize {
    let Some(files_max) = files_max else { return wanted };
    let possible = (files_max.saturating_sub(files_taken) / files_per_client).max(1);
    wanted.min(usize::try_from(possible).unwrap_or(usize::MAX))
}

/// As many as there may be clients.
pub(super) struct ClientSlots {
    max: usize,
    taken: Cell<usize>,
}

/// Held by a client from accept until its socket is closed.
pub(super) struct ClientSlot(Rc<ClientSlots>);

// === impl ClientSlots ===

impl ClientSlots {
    pub fn new(max: usize) -> Rc<Self> {
        Rc::new(Self { max, taken: Cell::new(0) })
    }

    /// `None` when all are taken.
    pub fn take(self: &Rc<Self>) -> Option<ClientSlot> {
        let taken = self.taken.get();
        (taken < self.max).then(|| {
            self.taken.set(taken + 1);
            ClientSlot(Rc::clone(self))
        })
    }

    pub fn taken(&self) -> usize {
        self.taken.get()
    }
}

// === impl ClientSlot ===

impl Drop for ClientSlot {
    fn drop(&mut self) {
        self.0.taken.set(self.0.taken.get() - 1);
    }
}

#[cfg(test)]
mod tests;
