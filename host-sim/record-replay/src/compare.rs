//! What happened to the clients of records, and what would have happened under another policy, added up.
//!
//! Memory stays bounded: sums, and the first clients of each group.
//!
//! - [`fate`]: what became of one client, and why;
//! - [`group`]: who fares how differently, with the first clients of each group;
//! - [`list`]: what each list said, with [`quantiles`] of how long it took;
//! - [`hours`]: who was served and refused over time.

mod fate;
mod group;
mod hours;
mod list;
mod quantiles;

pub use fate::{Ending, Fate};
pub use group::{CLIENTS_KEPT_MAX, Change, Changes, Group, GroupSums, ShownClient};
pub use hours::{BUCKETS_MAX, Bucket, Hours};
pub use list::{LISTS_MAX, ListSums};
pub use quantiles::Quantiles;

use crate::words;
use postscreen_engine::client_record::{ClientRecord, TestResult};
use postscreen_engine::replay::{Replayed, replay};
use postscreen_engine::{Policy, Test};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most verdicts with their reasons that are told apart; further ones are one. Verdicts are few, but lists may have
/// any name in a record.
pub const FATES_MAX: usize = 200;
/// The most versions of the old policy that are named.
pub const POLICIES_MAX: usize = 16;
/// What stands for everything that is one too many.
pub(crate) const OTHERS: &str = "others";

/// How many clients came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// They were sent to the mail server.
    pub served: u64,
    /// They were turned away, for good or to come again.
    pub refused: u64,
    /// They left before that was decided.
    pub left: u64,
}

/// Before and under the new policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both<T> {
    /// As the records say.
    pub before: T,
    /// Under the new policy; without one as before.
    pub after: T,
}

/// How it went with one test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestSums {
    /// Passed, now or earlier.
    pub passed: u64,
    /// Of these, earlier.
    pub known: u64,
    /// Failed.
    pub failed: u64,
    /// Failed, which is ignored.
    pub ignored: u64,
    /// The session ended before.
    pub open: u64,
}

/// Everything that is added up.
#[derive(Debug)]
pub struct Comparison {
    policy: Option<Arc<Policy>>,
    /// All clients.
    pub clients: u64,
    /// When the first and the last of them came, in Unix seconds.
    pub times: Option<(u64, u64)>,
    /// Their ends.
    pub ends: Both<Sums>,
    /// Clients of whom it is not certain how they would fare.
    pub doubtful: u64,
    /// Verdicts with their reasons.
    pub fates: BTreeMap<Fate, Both<u64>>,
    /// Who fares otherwise; without a new policy, who was refused.
    pub groups: Changes,
    /// The lists, by name.
    pub lists: BTreeMap<String, ListSums>,
    /// The tests, by name.
    pub tests: BTreeMap<&'static str, TestSums>,
    /// Over time.
    pub hours: Hours,
    /// The versions of the policy that the clients met.
    pub policies: BTreeMap<String, u64>,
}

// === impl Comparison ===

impl Comparison {
    /// With the policy that is tried; `None` only adds up what there was.
    pub fn new(policy: Option<Arc<Policy>>) -> Self {
        Self {
            policy,
            clients: 0,
            times: None,
            ends: Both::default(),
            doubtful: 0,
            fates: BTreeMap::new(),
            groups: Changes::default(),
            lists: BTreeMap::new(),
            tests: BTreeMap::new(),
            hours: Hours::default(),
            policies: BTreeMap::new(),
        }
    }

    /// Whether there is a policy that is tried.
    pub fn is_replay(&self) -> bool {
        self.policy.is_some()
    }

    /// How many clients fare otherwise.
    pub fn otherwise(&self) -> u64 {
        if self.is_replay() { self.groups.clients() } else { 0 }
    }

    /// One more client.
    pub fn add(&mut self, record: &ClientRecord) {
        let replayed = self.replayed(record);
        self.add_replayed(record, replayed.as_ref());
    }

    /// One more client, with what would become of it.
    pub(crate) fn add_replayed(&mut self, record: &ClientRecord, replayed: Option<&Replayed>) {
        let before = Fate::of_record(record);
        let after = replayed.map_or_else(|| before.clone(), Fate::of_replayed);
        self.clients += 1;
        let (first, last) = self.times.unwrap_or((record.time, record.time));
        self.times = Some((first.min(record.time), last.max(record.time)));
        self.ends.before.add(before.ending);
        self.ends.after.add(after.ending);
        self.doubtful += u64::from(replayed.is_some_and(|replayed| !replayed.doubts.is_empty()));
        self.hours.add(record.time, before.ending, after.ending);
        let policy =
            entry(&mut self.policies, words::shown(&record.policy, 64), POLICIES_MAX, OTHERS.to_owned());
        *policy += 1;
        self.add_tests(record);
        self.add_lists(record, &before, &after);
        entry(&mut self.fates, before.clone(), FATES_MAX, Fate::others(before.ending)).before += 1;
        entry(&mut self.fates, after.clone(), FATES_MAX, Fate::others(after.ending)).after += 1;
        let group = match replayed {
            Some(replayed) => Group::of(record, &before, replayed, &after),
            None => (before.ending == Ending::Refused).then_some(Group::Refused),
        };
        if let Some(group) = group {
            self.groups.add(group, record, before, replayed.map(|replayed| (replayed, after)));
        }
    }

    /// What one client would meet.
    pub fn replayed(&self, record: &ClientRecord) -> Option<Replayed> {
        self.policy.as_ref().map(|policy| replay(policy, record))
    }

    fn add_tests(&mut self, record: &ClientRecord) {
        for test in &record.tests {
            let known = Test::ALL.into_iter().map(Test::as_str).find(|name| *name == test.test);
            let Some(name) = known else { continue };
            self.tests.entry(name).or_default().add(test.result);
        }
    }

    fn add_lists(&mut self, record: &ClientRecord, before: &Fate, after: &Fate) {
        let mut sums = |name: &str, add: &dyn Fn(&mut ListSums)| {
            add(entry(&mut self.lists, words::shown(name, 64), LISTS_MAX, OTHERS.to_owned()));
        };
        let alone = list::alone(record);
        for list in &record.lists {
            sums(&list.list, &|sums| sums.add(list, alone == Some(&list.list)));
        }
        if let Some(name) = before.list() {
            sums(name, &|sums| sums.decides.before += 1);
        }
        if let Some(name) = after.list() {
            sums(name, &|sums| sums.decides.after += 1);
        }
    }
}

/// The entry of a key, as long as there are fewer than `max`; then that of `others`.
fn entry<K: Ord, V: Default>(map: &mut BTreeMap<K, V>, key: K, max: usize, others: K) -> &mut V {
    let key = if map.len() < max || map.contains_key(&key) { key } else { others };
    map.entry(key).or_default()
}

impl Sums {
    fn add(&mut self, ending: Ending) {
        match ending {
            Ending::Served => self.served += 1,
            Ending::Refused => self.refused += 1,
            Ending::Left => self.left += 1,
        }
    }
}

impl TestSums {
    fn add(&mut self, result: TestResult) {
        match result {
            TestResult::Passed => self.passed += 1,
            TestResult::Known => {
                self.passed += 1;
                self.known += 1;
            }
            TestResult::Failed => self.failed += 1,
            TestResult::Ignored => self.ignored += 1,
            TestResult::Open => self.open += 1,
        }
    }
}

#[cfg(test)]
mod tests;
