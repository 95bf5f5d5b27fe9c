//! Stores for tests in which others are faster, or which fail.

use super::{Memory, SharedData};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

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

/// [`Memory`] that counts its keys, and of which one call in `fails_one_in` fails or loses a race; 0: none does.
#[derive(Debug)]
pub struct UnreliableStore {
    memory: Memory,
    keys: RefCell<BTreeSet<String>>,
    fails_one_in: u32,
    random: RefCell<fastrand::Rng>,
    /// Nothing fails while this is set.
    pub is_calm: Cell<bool>,
}

impl UnreliableStore {
    /// A store whose failures follow from `seed`.
    pub fn new(seed: u64, fails_one_in: u32) -> Self {
        let random = RefCell::new(fastrand::Rng::with_seed(seed));
        let (memory, keys) = (Memory::default(), RefCell::default());
        Self { memory, keys, fails_one_in, random, is_calm: Cell::new(false) }
    }

    /// Whether no call ever fails.
    pub fn never_fails(&self) -> bool {
        self.fails_one_in == 0
    }

    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.keys.borrow().len()
    }

    fn fails(&self) -> bool {
        let may_fail = self.fails_one_in > 0 && !self.is_calm.get();
        may_fail && self.random.borrow_mut().u32(..self.fails_one_in) == 0
    }
}

impl SharedData for UnreliableStore {
    type Error = ();

    fn fetch(&self, key: &str) -> Result<Option<(Vec<u8>, u32)>, ()> {
        if self.fails() { Err(()) } else { Ok(self.memory.fetch(key).unwrap_or_default()) }
    }

    /// A failure may come after the value was stored.
    fn store(&self, key: &str, value: &[u8], version: u32) -> Result<bool, ()> {
        if self.fails() {
            return if self.random.borrow_mut().bool() { Ok(false) } else { Err(()) };
        }
        let stored = self.memory.store(key, value, version).unwrap_or_default();
        if stored && !self.keys.borrow().contains(key) {
            self.keys.borrow_mut().insert(key.to_owned());
        }
        if self.fails() { Err(()) } else { Ok(stored) }
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
