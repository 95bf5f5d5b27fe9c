//! Questions under way: which number belongs to what was asked.
//!
//! A host knows a question by its number alone. All that a worker asks, for whatever purpose, shares the numbers.

use crate::dns;
use crate::lookups::Key;
use crate::watch::Canary;
use std::collections::BTreeMap;

/// What a question was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What the list with this number says about a client.
    Listing(Key, usize),
    /// Why it lists the client.
    Reason(Key, usize),
    /// Whether the list is well.
    Canary(Canary),
    /// What a record of a sender says.
    Sender(dns::Question),
}

/// A question to be sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// Its number.
    pub number: u32,
    /// In DNS wire format.
    pub message: Vec<u8>,
}

/// All questions of one worker that are under way.
#[derive(Debug, Default)]
pub struct Questions {
    purposes: BTreeMap<u32, Purpose>,
    last_number: u32,
}

impl Questions {
    /// A question to be sent, with a number that no other one under way has.
    pub fn ask(&mut self, purpose: Purpose, message: Vec<u8>) -> Question {
        let number = loop {
            self.last_number = self.last_number.wrapping_add(1);
            if !self.purposes.contains_key(&self.last_number) {
                break self.last_number;
            }
        };
        self.purposes.insert(number, purpose);
        Question { number, message }
    }

    /// What the question was asked for, once: it is answered, or nobody wants to know any more.
    pub fn take(&mut self, number: u32) -> Option<Purpose> {
        self.purposes.remove(&number)
    }

    /// What the question was asked for.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn purpose(&self, number: u32) -> Option<&Purpose> {
        self.purposes.get(&number)
    }

    /// As if all numbers up to this one had been given.
    #[cfg(test)]
    pub fn skip_to(&mut self, number: u32) {
        self.last_number = number;
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.purposes.len()
    }
}
