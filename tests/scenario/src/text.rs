//! Durations and bytes, as a scenario writes them and as a message shows them.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// The longest duration of a scenario: 52 weeks.
pub const DURATION_MAX: Duration = Duration::from_hours(52 * 7 * 24);

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not a whole number followed by one of the units.
    #[error(
        "`{0}` is no duration: expected a whole number and one of ms, s, m, h, d, w, as in 500ms, 2s or 1d"
    )]
    Syntax(String),
    /// Longer than [`DURATION_MAX`].
    #[error("`{0}` is too long: expected at most 52w")]
    TooLong(String),
}

/// Reads `2s`, `1m`, `1h`, `1d`, `1w` as Postfix does, and `500ms`, which Postfix does not know but scripts need.
///
/// # Errors
///
/// On any other text, and above [`DURATION_MAX`].
pub fn duration(text: &str) -> Result<Duration, DurationError> {
    let syntax = || DurationError::Syntax(text.to_owned());
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(syntax)?;
    let (number, unit) = text.split_at(unit_at);
    let unit_ms: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 7 * 86_400_000,
        _ => return Err(syntax()),
    };
    if number.is_empty() {
        return Err(syntax());
    }
    // Only digits: the one way to fail is a number that is too large.
    let total = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_ms));
    total
        .map(Duration::from_millis)
        .filter(|total| *total <= DURATION_MAX)
        .ok_or_else(|| DurationError::TooLong(text.to_owned()))
}

/// For serde's `deserialize_with`, and for lists and maps of durations.
#[derive(Clone, Copy)]
pub(crate) struct DurationText(pub(crate) Duration);

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        duration(&text).map(Self).map_err(de::Error::custom)
    }
}

/// The most bytes that one step may send or expect.
pub(crate) const TEXT_BYTES_MAX: usize = 1 << 20;

/// Bytes written as text: each character from U+0000 to U+00FF stands for the byte of its number, so that `\xff`
/// in a quoted YAML text is the byte 255.
pub(crate) struct BytesText(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for BytesText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        bytes(&text).map(Self).map_err(de::Error::custom)
    }
}

/// The bytes that a text stands for; the message says which character stands for none.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Err("the text is empty: expected at least one byte".to_owned());
    }
    text.chars()
        .map(|c| {
            u8::try_from(c)
                .map_err(|_| format!("`{c}` is no byte: expected characters up to \\xff, one per byte"))
        })
        .collect()
}

/// Bytes as one line of printable text: `\r`, `\n`, `\t`, `\\` and `\"` by name, other bytes as `\xNN`, so that the
/// result can be pasted back into a scenario.
pub fn escaped(bytes: &[u8]) -> String {
    // The single quote needs none here, and std escapes it.
    bytes.escape_ascii().to_string().replace("\\'", "'")
}

#[cfg(test)]
mod tests;
