//! Log lines, byte for byte as postscreen(8) writes them, because people's tools read them.

use std::fmt::Write;
use std::time::Duration;

/// The most characters of client text in one log line (postscreen's `%.100s`).
pub const CLIENT_TEXT_MAX: usize = 100;

/// The longest log line that holds names and addresses of a client's choice: what Postfix passes to syslog at most.
pub const TEXT_MAX: usize = 2_000;

/// One log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How bad it is.
    pub severity: Severity,
    /// The whole text, printable ASCII, without a line end. Warnings begin with `warning: `, as Postfix's do.
    pub text: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The course of things.
    Info,
    /// The operator should look.
    Warning,
}

impl Line {
    /// An ordinary line.
    pub fn info(text: String) -> Self {
        Self { severity: Severity::Info, text }
    }

    /// A warning. `text` begins with `warning: `.
    pub fn warning(text: String) -> Self {
        Self { severity: Severity::Warning, text }
    }

    /// A warning, if `text` begins like one.
    pub fn of(text: String) -> Self {
        if text.starts_with("warning: ") { Self::warning(text) } else { Self::info(text) }
    }
}

/// Client bytes as log text: printable ASCII stays, the rest is escaped as in C, cut to [`CLIENT_TEXT_MAX`] characters.
///
/// The cut may fall inside an escape, as postscreen's does.
pub fn escape(bytes: &[u8]) -> String {
    escape_to(bytes, CLIENT_TEXT_MAX)
}

/// The first [`CLIENT_TEXT_MAX`] bytes as log text, escaped as in [`escape`]: up to four characters for each.
pub fn escape_start(bytes: &[u8]) -> String {
    escape_to(bytes.get(..CLIENT_TEXT_MAX).unwrap_or(bytes), 4 * CLIENT_TEXT_MAX)
}

/// [`escape`], cut to `max` characters.
pub fn escape_to(bytes: &[u8], max: usize) -> String {
    let mut text = String::with_capacity(max.min(CLIENT_TEXT_MAX));
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            0x07 => text.push_str("\\a"),
            0x08 => text.push_str("\\b"),
            0x0c => text.push_str("\\f"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x0b => text.push_str("\\v"),
            b' '..=b'~' => text.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => _ = write!(text, "\\{byte:03o}"),
        }
        if text.len() >= max {
            text.truncate(max);
            break;
        }
    }
    text
}

/// The bytes that [`escape_to`] made a text of. What is no escape stays as it is.
#[cfg(not(target_family = "wasm"))]
pub fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let (byte, len) = match (first, behind) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..]) => {
                ((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), 4)
            }
            (b'\\', [b'a', ..]) => (0x07, 2),
            (b'\\', [b'b', ..]) => (0x08, 2),
            (b'\\', [b'f', ..]) => (0x0c, 2),
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'v', ..]) => (0x0b, 2),
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            _ => (*first, 1),
        };
        bytes.push(byte);
        rest = rest.get(len..).unwrap_or_default();
    }
    bytes
}

/// Bytes as log text: printable ASCII stays, each other byte becomes `?`, cut to `max` characters.
///
/// (Postfix's `printable`; where SMTPUTF8 is on, that one keeps UTF-8, and here it does not.)
pub fn printable(bytes: &[u8], max: usize) -> String {
    let plain = |&byte: &u8| if (b' '..=b'~').contains(&byte) { char::from(byte) } else { '?' };
    bytes.iter().take(max).map(plain).collect()
}

/// A time span with two significant digits and at most two decimals, trailing zeros cut: `0`, `0.04`, `1.3`, `12`.
///
/// (Postfix's `format_tv` with `delay_logging_resolution_limit` = 2.)
pub fn elapsed(span: Duration) -> String {
    let decimals = match span.as_secs() {
        0 => 2,
        1..10 => 1,
        _ => 0,
    };
    let unit = 10_u128.pow(3 - decimals);
    let rounded = (span.as_millis() + unit / 2) / unit * unit;
    let (seconds, millis) = (rounded / 1000, rounded % 1000);
    let fraction = format!("{millis:03}");
    match fraction.trim_end_matches('0') {
        "" => seconds.to_string(),
        digits => format!("{seconds}.{digits}"),
    }
}

#[cfg(test)]
mod tests;
