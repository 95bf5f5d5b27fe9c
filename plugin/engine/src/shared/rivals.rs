//! A store for tests in which others are faster, or which fails.

use super::{Memory, SharedData};
use std::cell::Cell;

/// [`Memory`], in which someone else changes the value before each of the first `lost` writes.
pub struct Rivals<F> {
    /// What is behind it.
    pub memory: Memory,
    lost: Cell<u32>,
    someone_else: F,
}

impl<F: Fn(&Memory)> Rivals<F> {
    /// A store in which `someone_else` is faster `lost` times.
    pub fn new(lost: u32, someone_else: F) -> Self {
        Self { memory: Memory::default(), lost: Cell::new(lost), someone_else }
    }
}

impl<F: Fn(&Memory)> SharedData for Rivals<F> {
    type Error = <Memory as SharedData>::Error;

    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, Self::Error> {
        self.memory.fetch(key)
    }

    fn store(&self, key: &str, value: &[u8], version: u32) -> Result<bool, Self::Error> {
        if let Some(lost) = self.lost.get().checked_sub(1) {
            self.lost.set(lost);
            (self.someone_else)(&self.memory);
        }
        self.memory.store(key, value, version)
    }
}

/// A host whose shared data cannot be read, or can be read and not written.
pub struct Broken {
    /// Whether fetching works, and finds nothing.
    pub readable: bool,
}

impl SharedData for Broken {
    type Error = ();

    fn fetch(&self, _key: &str) -> Result<Option<(Vec<u8>, u32)>, ()> {
        if self.readable { Ok(None) } else { Err(()) }
    }

    fn store(&self, _key: &str, _value: &[u8], _version: u32) -> Result<bool, ()> {
        Err(())
    }
}

/// A test keeps what it lends.
impl<S: SharedData> SharedData for &S {
    type Error = S::Error;

    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, Self::Error> {
        S::fetch(self, key)
    }

    fn store(&self, key: &str, value: &[u8], version: u32) -> Result<bool, Self::Error> {
        S::store(self, key, value, version)
    }
}
