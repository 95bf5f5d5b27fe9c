//! From bytes to lines.

/// Collects the bytes of a line until its end: CR LF, or LF alone.
#[derive(Debug)]
pub(super) struct LineReader {
    partial: Vec<u8>,
    limit: usize,
}

/// What some bytes amount to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The end of the line has not come yet.
    Partial,
    /// The line has more bytes than the limit, with its end. No line can be read any more.
    TooLong,
    /// A line, without its end.
    Line {
        /// What stood before CR LF or LF.
        line: Vec<u8>,
        /// It ended with LF alone.
        bare: bool,
    },
}

impl LineReader {
    /// A reader of lines of at most `limit` bytes, with CR LF (`line_length_limit`).
    pub(super) fn new(limit: u32) -> Self {
        Self { partial: Vec::new(), limit: usize::try_from(limit).unwrap_or(usize::MAX) }
    }

    /// Reads up to the end of one line; returns the bytes behind it.
    pub(super) fn read<'a>(&mut self, bytes: &'a [u8]) -> (Read, &'a [u8]) {
        let end = bytes.iter().position(|&byte| byte == b'\n').map(|newline| newline + 1);
        let (part, behind) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or((bytes, &[]));
        if self.partial.len() + part.len() > self.limit {
            self.partial = Vec::new();
            return (Read::TooLong, behind);
        }
        self.partial.extend_from_slice(part);
        if end.is_none() {
            return (Read::Partial, behind);
        }
        let mut line = std::mem::take(&mut self.partial);
        line.pop();
        let bare = line.last() != Some(&b'\r');
        if !bare {
            line.pop();
        }
        (Read::Line { line, bare }, behind)
    }

    /// How many bytes of an unfinished line are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.partial.capacity()
    }
}

#[cfg(test)]
mod tests;
