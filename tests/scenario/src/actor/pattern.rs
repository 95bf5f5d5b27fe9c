//! Bytes that a client waits for, of which some are not known before: ` (ref *)` at the end of a refusal stands for any
//! reference of a client's record.

/// How a story writes it.
const ANY: &[u8] = b" (ref *)";
/// The letters of references, Crockford's base 32, and how many one has.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LEN: usize = 10;

/// `None` is any letter of a reference.
pub(super) struct Pattern(Vec<Option<u8>>);

impl Pattern {
    pub fn of(text: &[u8]) -> Self {
        let mut pattern = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((&first, behind)) = rest.split_first() {
            rest = if let Some(behind) = rest.strip_prefix(ANY) {
                pattern.extend(b" (ref ".map(Some));
                pattern.extend([None; LEN]);
                pattern.push(Some(b')'));
                behind
            } else {
                pattern.push(Some(first));
                behind
            };
        }
        Self(pattern)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether what has arrived can be its begin, or begins with it.
    pub fn begins(&self, bytes: &[u8]) -> bool {
        self.0
            .iter()
            .zip(bytes)
            .all(|(wanted, byte)| wanted.map_or(ALPHABET.contains(byte), |it| it == *byte))
    }
}

#[cfg(test)]
mod tests;
