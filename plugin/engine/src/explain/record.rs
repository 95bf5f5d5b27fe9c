//! What a record says, one test at a time, and the form in which postscreen keeps it.

use crate::record::{Record, Test, TestSet};

/// How a client stands with one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The policy does not apply the test.
    Disabled,
    /// Its pass ended, at this Unix second.
    ExpiredSince(u32),
    /// It has never passed.
    NeverPassed,
    /// Its pass holds until this Unix second, and at that very second.
    ValidUntil(u32),
}

impl Standing {
    pub(super) fn of(record: Record, test: Test, enabled: TestSet, unix: u64) -> Self {
        let expiry = record.expiry(test);
        if !enabled.contains(test) {
            Self::Disabled
        } else if expiry <= Record::DISABLED {
            Self::NeverPassed
        } else if record.expired(enabled, unix).contains(test) {
            Self::ExpiredSince(expiry)
        } else {
            Self::ValidUntil(expiry)
        }
    }
}

/// Reads a record as postscreen stores it: `1795435881;1;1;1;1`, one Unix second per test. The fields that an older
/// Postfix did not write are those of disabled tests, as postscreen reads them.
///
/// The error says what was expected.
pub fn parse_record(text: &str) -> Result<Record, String> {
    let expected =
        || "expected 1 to 5 Unix times with \";\" between them, such as \"1795435881;1;1;1;1\"".to_owned();
    let fields: Vec<&str> = text.trim().split(';').collect();
    if fields.len() > Test::COUNT {
        return Err(expected());
    }
    let mut record = Record::from_stamps([Record::DISABLED; Test::COUNT]);
    for (test, field) in Test::ALL.into_iter().zip(fields) {
        if field.is_empty() || !field.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(expected());
        }
        record.set_expiry(test, field.parse().map_err(|_| expected())?);
    }
    Ok(record)
}
