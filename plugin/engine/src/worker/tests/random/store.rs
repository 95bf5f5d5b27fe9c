//! Shared data that may fail.

use crate::shared::{Memory, SharedData};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// [`Memory`] that counts its keys, and of which one call in `fails_one_in` fails or loses a race; 0: none does.
#[derive(Debug)]
pub struct Store {
    memory: Memory,
    keys: RefCell<BTreeSet<String>>,
    fails_one_in: u32,
    random: RefCell<fastrand::Rng>,
    /// Nothing fails while this is set.
    pub is_calm: Cell<bool>,
}

impl Store {
    pub fn new(seed: u64, fails_one_in: u32) -> Self {
        let random = RefCell::new(fastrand::Rng::with_seed(seed));
        let (memory, keys) = (Memory::default(), RefCell::default());
        Self { memory, keys, fails_one_in, random, is_calm: Cell::new(false) }
    }

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

impl SharedData for Store {
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
