//! The key-value store that all workers of a host share, as Proxy-Wasm defines it and Envoy implements it.
//!
//! It knows no deletion, no expiry and no list of keys: whoever uses it bounds the number of its keys by construction.
//! Every change is a compare and swap: [`update`] fetches a value with the number of its version, and stores the new
//! one only if that is still the value's version.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// How often a write is tried while others change the same value.
pub const WRITE_ATTEMPTS: u32 = 8;

/// The version to store a first value with.
///
/// Envoy creates an absent key whatever version is named, and refuses to replace an existing value if a version other
/// than 0 is named and is not its own. So a version that no value has makes the creation atomic: of two workers that
/// create a key at once, the second is refused and tries again. (Envoy counts versions from 1 and would give this one
/// to a value after four thousand million writes; a creation that races at that very write loses the first value.)
pub const ABSENT: u32 = u32::MAX;

/// A host's shared data.
pub trait SharedData {
    /// Why the host did not do it.
    type Error;

    /// The value of `key` and the number of its version; `None` when it was never stored.
    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, Self::Error>;

    /// Stores the value of `key` if `version` is still its version, and says whether it was. Version 0 replaces any
    /// value; an absent key is created whatever the version.
    fn store(&self, key: &str, value: &[u8], version: u32) -> Result<bool, Self::Error>;
}

/// Several workers on one thread share by reference.
impl<S: SharedData> SharedData for std::rc::Rc<S> {
    type Error = S::Error;

    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, Self::Error> {
        S::fetch(self, key)
    }

    fn store(&self, key: &str, value: &[u8], version: u32) -> Result<bool, Self::Error> {
        S::store(self, key, value, version)
    }
}

/// Changes the value of `key`, trying [`WRITE_ATTEMPTS`] times while others are faster.
///
/// `change` sees the present value (empty when there is none) and gives the new one (`None`: leave it) and a result.
/// It is called once per attempt; the result of the last call is returned. `None`: the host failed, or others were
/// faster each time, and nothing was changed.
pub fn update<S: SharedData, T>(
    shared: &S,
    key: &str,
    mut change: impl FnMut(&[u8]) -> (Option<Vec<u8>>, T),
) -> Option<T> {
    for _ in 0..WRITE_ATTEMPTS {
        let stored = shared.fetch(key).ok()?;
        let (present, version) = stored.unwrap_or((Vec::new(), ABSENT));
        let (replacement, result) = change(&present);
        let Some(replacement) = replacement else { return Some(result) };
        if shared.store(key, &replacement, version).ok()? {
            return Some(result);
        }
    }
    None
}

/// Shared data for a host of one process, and for tests. It behaves as Envoy's does.
#[derive(Debug, Default)]
pub struct Memory {
    values: RefCell<BTreeMap<String, (Vec<u8>, u32)>>,
    last_version: Cell<u32>,
}

impl SharedData for Memory {
    type Error = Infallible;

    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, Infallible> {
        Ok(self.values.borrow().get(key).cloned())
    }

    fn store(&self, key: &str, value: &[u8], version: u32) -> Result<bool, Infallible> {
        let mut values = self.values.borrow_mut();
        if version != 0 && values.get(key).is_some_and(|&(_, present)| present != version) {
            return Ok(false);
        }
        // No value ever has version 0, which means any.
        let next = self.last_version.get().checked_add(1).unwrap_or(1);
        self.last_version.set(next);
        values.insert(key.to_owned(), (value.to_vec(), next));
        Ok(true)
    }
}

#[cfg(test)]
pub mod rivals;
#[cfg(test)]
mod tests;
