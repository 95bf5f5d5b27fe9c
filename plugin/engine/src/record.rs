//! What is remembered of a client: one expiry per test.

use crate::word::{Word, WordError, word};
use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign};
use std::str::FromStr;

/// The tests, in postscreen's fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// Does the client wait for its turn?
    Pregreet,
    /// Is it on DNS lists?
    Dnsbl,
    /// Does it wait for replies?
    Pipelining,
    /// Does it speak SMTP?
    NonSmtpCommand,
    /// Does it end lines with CR LF?
    BareNewline,
}

impl Test {
    /// Its name in Postfix's parameters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pregreet => "pregreet",
            Self::Dnsbl => "dnsbl",
            Self::Pipelining => "pipelining",
            Self::NonSmtpCommand => "non_smtp_command",
            Self::BareNewline => "bare_newline",
        }
    }

    /// How many there are.
    pub const COUNT: usize = 5;

    /// All of them.
    pub const ALL: [Self; Self::COUNT] =
        [Self::Pregreet, Self::Dnsbl, Self::Pipelining, Self::NonSmtpCommand, Self::BareNewline];
}

impl Word for Test {
    const EXPECTED: &'static str =
        "\"pregreet\", \"dnsbl\", \"pipelining\", \"non_smtp_command\" or \"bare_newline\"";
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Test {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        Self::ALL.into_iter().find(|test| test.as_str() == text).ok_or(WordError::no::<Self>())
    }
}

word!(Test, "enum": Test::ALL.map(Test::as_str));

/// A set of [`Test`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestSet(u8);

impl TestSet {
    /// The empty set.
    pub const NONE: Self = Self(0);
    /// The deep tests: those that watch a dialogue.
    pub const DEEP: Self =
        Self(1 << Test::Pipelining as u8 | 1 << Test::NonSmtpCommand as u8 | 1 << Test::BareNewline as u8);

    /// Whether `test` is in the set.
    pub fn contains(self, test: Test) -> bool {
        self.0 & Self::from(test).0 != 0
    }

    /// Whether every test of `other` is in the set.
    pub fn contains_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as a byte, a bit for each test.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set that [`TestSet::bits`] made a byte of; bits of no test are left out.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & ((1 << Test::COUNT) - 1))
    }

    /// The tests of the set that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl From<Test> for TestSet {
    fn from(test: Test) -> Self {
        Self(1 << test as u8)
    }
}

impl BitAnd for TestSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for TestSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for TestSet {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl FromIterator<Test> for TestSet {
    fn from_iter<I: IntoIterator<Item = Test>>(tests: I) -> Self {
        tests.into_iter().fold(Self::NONE, |set, test| set | test.into())
    }
}

/// When each test's pass ends: Unix seconds, with postscreen's two special values; and which passes the lists gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    stamps: [u32; Test::COUNT],
    /// The lists that gave passes; [`Record::NO_LISTS`]: none are known of.
    lists: u32,
    /// The tests besides DNSBL that the client was spared because of what these lists said.
    spared: TestSet,
}

impl Record {
    /// Never passed while the test was enabled. Makes the client a new one.
    pub const NEVER: u32 = 0;
    /// Never passed, and the test was disabled when the record was written. Expired, but not new.
    pub const DISABLED: u32 = 1;

    /// What stands for the lists where none gave a pass, or nobody knows which.
    pub const NO_LISTS: u32 = 0;

    /// A record from the expiry of each test, in the order of [`Test::ALL`].
    pub const fn from_stamps(stamps: [u32; Test::COUNT]) -> Self {
        Self { stamps, lists: Self::NO_LISTS, spared: TestSet::NONE }
    }

    /// The same, with passes that `lists` gave: that of the DNSBL test, and those of the tests in `spared`.
    #[must_use]
    pub const fn given_by(mut self, lists: u32, spared: TestSet) -> Self {
        (self.lists, self.spared) = (lists, spared);
        self
    }

    /// The expiry of each test, in the order of [`Test::ALL`].
    pub const fn stamps(self) -> [u32; Test::COUNT] {
        self.stamps
    }

    /// The lists that gave passes, and the tests besides DNSBL that they spared the client.
    pub const fn givers(self) -> (u32, TestSet) {
        (self.lists, self.spared)
    }

    /// When the pass of `test` ends. At that very second it still holds.
    pub fn expiry(self, test: Test) -> u32 {
        self.stamps.get(test as usize).copied().unwrap_or(Self::NEVER)
    }

    /// The end of the last pass.
    pub fn latest_expiry(self) -> u32 {
        self.stamps.into_iter().max().unwrap_or(Self::NEVER)
    }

    /// The tests of `enabled` whose pass has ended at `unix`.
    pub fn expired(self, enabled: TestSet, unix: u64) -> TestSet {
        Test::ALL
            .into_iter()
            .filter(|&test| enabled.contains(test) && unix > u64::from(self.expiry(test)))
            .collect()
    }

    /// Whether a pass of one of the tests in `enabled` ended more than `retention` seconds before `unix`: such a record
    /// is as good as none. A test that was never passed does not make a record old.
    pub fn is_outdated(self, enabled: TestSet, unix: u64, retention: u64) -> bool {
        Test::ALL
            .into_iter()
            .filter(|&test| enabled.contains(test))
            .map(|test| self.expiry(test))
            .any(|expiry| expiry > Self::DISABLED && u64::from(expiry).saturating_add(retention) < unix)
    }

    /// Whether some test, enabled or not, was never passed while enabled.
    pub fn is_new(self) -> bool {
        self.stamps.contains(&Self::NEVER)
    }

    /// Lets the pass of `test` end at `unix` (at the end of `u32` time at the latest). The client has earned it.
    pub fn set_expiry(&mut self, test: Test, unix: u64) {
        if let Some(stamp) = self.stamps.get_mut(test as usize) {
            *stamp = u32::try_from(unix).unwrap_or(u32::MAX);
            self.spared = self.spared.without(test.into());
        }
    }

    /// Lets the pass of `test` end at `unix`, unless it ends later already: the client is spared the test.
    pub fn spare(&mut self, test: Test, unix: u64) {
        if u64::from(self.expiry(test)) < unix {
            self.set_expiry(test, unix);
            self.spared |= test.into();
        }
    }

    /// The DNSBL pass, and those of tests that the client is spared, are given by `lists`.
    pub fn set_lists(&mut self, lists: u32) {
        self.lists = lists;
    }

    /// Takes the stamps of `tests` from `other`, and what is known of who gave them.
    pub fn adopt(&mut self, tests: TestSet, other: Self) {
        for test in Test::ALL.into_iter().filter(|&test| tests.contains(test)) {
            self.set_expiry(test, u64::from(other.expiry(test)));
        }
        self.spared |= other.spared & tests;
        if tests.contains(Test::Dnsbl) || !(other.spared & tests).is_empty() {
            self.lists = other.lists;
        }
    }

    /// The record without the passes that other lists than `lists` gave: those tests are expired, and their client is
    /// no new one.
    #[must_use]
    pub fn without_passes_of_others(mut self, lists: u32) -> Self {
        if self.lists == Self::NO_LISTS || self.lists == lists {
            return self;
        }
        let given = self.spared | Test::Dnsbl.into();
        for test in Test::ALL.into_iter().filter(|&test| given.contains(test)) {
            self.set_expiry(test, u64::from(self.expiry(test).min(Self::DISABLED)));
        }
        self
    }

    /// The record as it is stored: a disabled test was not failed to be passed.
    #[must_use]
    pub fn for_storage(mut self, enabled: TestSet) -> Self {
        for test in Test::ALL {
            if !enabled.contains(test) && self.expiry(test) == Self::NEVER {
                self.set_expiry(test, u64::from(Self::DISABLED));
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
