//! The short name of a client's record.

use std::fmt;

/// How long it is, in characters.
pub const REFERENCE_LEN: usize = 10;

/// Digits and letters that are not taken for one another when they are read out (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Ten digits and letters, 50 bits of a keyed hash: among a million clients, two share one with a probability of one in
/// two thousand; and nobody can foretell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference(u64);

impl Reference {
    /// The reference that a hash makes.
    pub const fn of(hash: u64) -> Self {
        Self(hash)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..REFERENCE_LEN).try_for_each(|place| {
            let digit = usize::try_from(self.0 >> (5 * place) & 31).unwrap_or_default();
            write!(f, "{}", char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')))
        })
    }
}
