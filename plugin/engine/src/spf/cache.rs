//! What is known, for a while.
//!
//! An answer holds as long as its TTL says, between [`TTL_MIN`] and [`TTL_MAX`]. From the last tenth of that time on it
//! is due: whoever uses it asks again, and nobody waits for that. When the resolver has nothing to say, the old answer
//! stays for [`STALE_MAX`] (RFC 8767). So a client waits for DNS only where nobody has asked before.

use super::check::Known;
use super::found::Found;
use crate::dns::Question;
use crate::time::Instant;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

/// The most answers. Records of senders take some dozen; the rest is for terms that ask about each client.
pub const ANSWERS_MAX: usize = 1_024;
/// The most memory for them, in bytes, as far as it can be told.
pub const BYTES_MAX: usize = 1 << 20;
/// How long an answer holds at least.
pub const TTL_MIN: Duration = Duration::from_mins(1);
/// How long an answer holds at most.
pub const TTL_MAX: Duration = Duration::from_hours(24);
/// How long an answer is used after that, until there is a newer one (RFC 8767, section 5: one to three days).
pub const STALE_MAX: Duration = Duration::from_hours(24);
/// How long nobody asks again when there was no answer (RFC 8767, section 5: no more often than every 30 seconds).
pub const FAILURE_KEEP: Duration = Duration::from_secs(30);

/// Answers by question.
#[derive(Debug, Default)]
pub struct Cache {
    entries: BTreeMap<Question, Entry>,
    bytes: usize,
    /// How often answers have been used, all together.
    uses: Cell<u64>,
}

#[derive(Debug)]
struct Entry {
    found: Found,
    /// From when on to ask again.
    due: Instant,
    /// From when on it is worth nothing.
    gone: Instant,
    /// The number of its last use.
    used: Cell<u64>,
    size: usize,
}

impl Cache {
    /// Takes what came of a question. That there was no answer ([`Found::failed`]) replaces none.
    pub fn put(&mut self, question: Question, found: Found, now: Instant) {
        if found.is_failed()
            && let Some(entry) = self.entries.get_mut(&question)
            && now < entry.gone
        {
            entry.due = now.after(FAILURE_KEEP);
            return;
        }
        let entry = self.entry(&question, found, now);
        self.remove(&question);
        self.bytes += entry.size;
        self.entries.insert(question, entry);
        self.make_room();
    }

    /// What is known at a moment.
    pub fn at(&self, now: Instant) -> At<'_> {
        At { cache: self, now, due: RefCell::default() }
    }

    /// Whether the answer to a question is near its end, or past it, or there is none: whoever uses it should ask.
    pub fn is_due(&self, question: &Question, now: Instant) -> bool {
        self.entries.get(question).is_none_or(|entry| entry.due <= now)
    }

    /// How many answers there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn entry(&self, question: &Question, found: Found, now: Instant) -> Entry {
        let size = size_of::<(Question, Entry)>() + question.name.size() + found.size();
        let (due, gone) = if found.is_failed() {
            (FAILURE_KEEP, FAILURE_KEEP)
        } else {
            let ttl = Duration::from_secs(found.ttl.into()).clamp(TTL_MIN, TTL_MAX);
            (ttl * 9 / 10, ttl + STALE_MAX)
        };
        Entry { found, due: now.after(due), gone: now.after(gone), used: Cell::new(self.next_use()), size }
    }

    /// What was used least lately makes room.
    fn make_room(&mut self) {
        while self.entries.len() > ANSWERS_MAX || self.bytes > BYTES_MAX {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used.get());
            let Some(question) = oldest.map(|(question, _)| question.clone()) else { return };
            self.remove(&question);
        }
    }

    fn remove(&mut self, question: &Question) {
        if let Some(entry) = self.entries.remove(question) {
            self.bytes -= entry.size;
        }
    }

    fn next_use(&self) -> u64 {
        self.uses.set(self.uses.get() + 1);
        self.uses.get()
    }
}

/// A [`Cache`] at one moment, for one evaluation.
#[derive(Debug)]
pub struct At<'a> {
    cache: &'a Cache,
    now: Instant,
    due: RefCell<Vec<Question>>,
}

impl At<'_> {
    /// Which of the answers that were used are to be asked for again, each once.
    pub fn due(self) -> Vec<Question> {
        self.due.into_inner()
    }
}

impl Known for At<'_> {
    fn get(&self, question: &Question) -> Option<&Found> {
        let entry = self.cache.entries.get(question).filter(|entry| self.now < entry.gone)?;
        entry.used.set(self.cache.next_use());
        let mut due = self.due.borrow_mut();
        if entry.due <= self.now && !due.contains(question) {
            due.push(question.clone());
        }
        Some(&entry.found)
    }
}

#[cfg(test)]
mod tests;
