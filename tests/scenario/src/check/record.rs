//! Records of clients: each has what the story says, and may have more.
//!
//! - An object has the fields that are named, a list the entries that are named, in their order.
//! - Times in milliseconds, and those in texts (`13 after 0.04: EHLO zombie`), may be off by the host's tolerance.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Difference, Transcript};
use crate::story::Scenario;

/// The fields with a time in milliseconds.
const TIMES: [&str; 4] = ["milliseconds", "at", "asked_at", "answered_at"];

pub(super) fn differences(
    scenario: &Scenario,
    transcript: &Transcript,
    tolerance: Duration,
) -> Vec<Difference> {
    let Some(seen) = &transcript.records else { return Vec::new() };
    let difference = |(name, expected): (&String, &Option<Map<String, Value>>)| {
        let how = match (expected, seen.get(name)) {
            (None, None) => return None,
            (None, Some(record)) => format!("expected none, got:\n{record}"),
            (Some(_), None) => "there is none".to_owned(),
            (Some(expected), Some(record)) => {
                let differs = match serde_json::from_str(record) {
                    Ok(seen) => Comparison { tolerance }.object("", expected, &seen)?,
                    Err(error) => error.to_string(),
                };
                format!("{differs}, in:\n{record}")
            }
        };
        Some(Difference::said(format!("record of {name}"), how))
    };
    scenario.finally.records.iter().filter_map(difference).collect()
}

struct Comparison {
    tolerance: Duration,
}

impl Comparison {
    /// The first field that differs, and how. `path`: where the object stands.
    fn object(&self, path: &str, expected: &Map<String, Value>, seen: &Value) -> Option<String> {
        expected.iter().find_map(|(name, expected)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let seen = seen.get(name).unwrap_or(&Value::Null);
            self.value(&path, expected, seen)
        })
    }

    fn value(&self, path: &str, expected: &Value, seen: &Value) -> Option<String> {
        let same = match (expected, seen) {
            (Value::Object(fields), Value::Object(_)) => return self.object(path, fields, seen),
            (Value::Array(entries), Value::Array(seen)) => {
                let mut seen = seen.iter();
                entries.iter().all(|entry| seen.any(|seen| self.value(path, entry, seen).is_none()))
            }
            (Value::Number(a), Value::Number(b)) if is_time(path) => match (a.as_u64(), b.as_u64()) {
                (Some(a), Some(b)) => u128::from(a.abs_diff(b)) <= self.tolerance.as_millis(),
                _ => false,
            },
            (Value::String(a), Value::String(b)) => a == b || self.same_but_for_time(a, b),
            _ => expected == seen,
        };
        (!same).then(|| format!("{path}: expected {expected}, got {seen}"))
    }

    fn same_but_for_time(&self, a: &str, b: &str) -> bool {
        let (Some((a, at)), Some((b, bt))) = (timed(a), timed(b)) else { return false };
        a == b && (at - bt).abs() <= self.tolerance.as_secs_f64() + f64::EPSILON
    }
}

fn is_time(path: &str) -> bool {
    TIMES.contains(&path.rsplit('.').next().unwrap_or(path))
}

/// What stands around the seconds in `N after T: …`, and the seconds.
fn timed(text: &str) -> Option<((&str, &str), f64)> {
    let (before, rest) = text.split_once(" after ")?;
    let (seconds, behind) = rest.split_once(':')?;
    Some(((before, behind), seconds.parse().ok()?))
}

#[cfg(test)]
mod tests;
