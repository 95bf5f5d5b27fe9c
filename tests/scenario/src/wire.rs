//! Bytes on the wire, as a scenario writes them and as a message shows them.

use serde::{Deserialize, Deserializer, de};

/// The most bytes that one step may send or expect.
pub(crate) const TEXT_BYTES_MAX: usize = 1 << 20;

/// Bytes written as text: each character from U+0000 to U+00FF stands for the byte of its number, so that `\xff`
/// in a quoted YAML text is the byte 255.
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
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
