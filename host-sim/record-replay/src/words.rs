//! Words that the table, JSON and the page share.

use crate::compare::Comparison;
use postscreen_engine::Verdict;
use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

/// Text that cannot move the cursor, change direction or hide, at most `max` characters of it: whatever is not
/// printable ASCII becomes `\u{…}`. The engine's own records have nothing else; a file may have anything.
pub(crate) fn shown(text: &str, max: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(max));
    for (count, c) in text.chars().enumerate() {
        if count == max {
            shown.push_str("...");
            break;
        }
        if matches!(c, ' '..='~') {
            shown.push(c);
        } else {
            // Writing into a string does not fail.
            let _ = write!(shown, "{}", c.escape_unicode());
        }
    }
    shown
}

/// `2026-11-22T21:00:00Z`; as a number where the calendar of RFC 3339 ends.
pub(crate) fn time(unix: u64) -> String {
    const YEAR_10000: u64 = 253_402_300_800;
    if unix >= YEAR_10000 {
        return unix.to_string();
    }
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(unix)).to_string()
}

/// `6.040 s`
pub(crate) fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03} s", milliseconds / 1_000, milliseconds % 1_000)
}

/// `1 client`, `12,345 clients`
pub(crate) fn clients(count: u64) -> String {
    if count == 1 { "1 client".to_owned() } else { format!("{} clients", number(count)) }
}

/// `1 record`, `12,345 records`
pub(crate) fn records(count: u64) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{} records", number(count)) }
}

/// `12,345`
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A verdict in the words of logs; one that is not known as it stands in the record.
pub(crate) fn verdict(label: &str) -> String {
    let known = Verdict::ALL.into_iter().find(|verdict| verdict.label() == label);
    known.map_or_else(|| shown(label, 32), |verdict| verdict.as_str().to_owned())
}

/// `, 2026-11-29T00:00:00Z to 2026-11-29T23:59:59Z`
pub(crate) fn span(comparison: &Comparison) -> String {
    comparison.times.map_or_else(String::new, |(first, last)| format!(", {} to {}", time(first), time(last)))
}

/// `hour`, `15 minutes`
pub(crate) fn span_of(seconds: u64) -> String {
    let units = [(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let unit = units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit));
    match unit.map(|(unit, name)| (seconds / unit, name)) {
        Some((1, name)) => name.to_owned(),
        Some((count, name)) => format!("{count} {name}s"),
        None => format!("{seconds} seconds"),
    }
}

/// Under which policies the clients came: a line each.
pub(crate) fn policies(comparison: &Comparison) -> impl Iterator<Item = String> {
    comparison.policies.iter().map(|(policy, count)| format!("under policy {policy}: {}", clients(*count)))
}
