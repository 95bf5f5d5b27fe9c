//! The first line of a two-line greeting, which some hosts can send; others greet an early talker later, by one line.

/// The longest teaser, with its line end: a reply line has 512 bytes at most (RFC 5321 section 4.5.3.1.5). A longer
/// line is no teaser.
pub(super) const TEASER_BYTES_MAX: usize = 512;

const START: &[u8] = b"220-";
/// How the line begins by which a host that sends no teaser greets an early talker.
const GREETING: &[u8] = b"220 ";
const END: &[u8] = b"\r\n";

/// Takes a teaser, or what stands in its place, off the first bytes of a connection.
#[derive(Clone, Debug)]
pub(super) enum Teaser {
    /// What has come so far may be the begin of one.
    Perhaps(Vec<u8>),
    /// This line came, shown without its line end.
    Sent(Vec<u8>),
    /// A greeting came in its place.
    Greeted,
    /// None came; all bytes are the script's.
    None,
}

// === impl Teaser ===

impl Default for Teaser {
    fn default() -> Self {
        Self::Perhaps(Vec::new())
    }
}

impl Teaser {
    /// The bytes that are not the teaser's. While that is open, none. `or_greeting`: a greeting is taken off as well.
    pub(super) fn strip(&mut self, bytes: &[u8], or_greeting: bool) -> Vec<u8> {
        let Self::Perhaps(begin) = self else { return bytes.to_vec() };
        begin.extend_from_slice(bytes);
        let compared = begin.len().min(START.len());
        let begins_like = |start: &[u8]| begin.get(..compared) == start.get(..compared);
        let teaser = begins_like(START);
        if !(teaser || or_greeting && begins_like(GREETING)) {
            return self.give_up();
        }
        let end = begin.windows(END.len()).take(TEASER_BYTES_MAX - 1).position(|window| window == END);
        match end {
            Some(end) => {
                let rest = begin.split_off(end + END.len());
                begin.truncate(end);
                *self = if teaser { Self::Sent(std::mem::take(begin)) } else { Self::Greeted };
                rest
            }
            None if begin.len() >= TEASER_BYTES_MAX => self.give_up(),
            None => Vec::new(),
        }
    }

    /// No more bytes belong to a teaser: those that were held back.
    pub(super) fn give_up(&mut self) -> Vec<u8> {
        let Self::Perhaps(begin) = self else { return Vec::new() };
        let begin = std::mem::take(begin);
        *self = Self::None;
        begin
    }

    pub(super) fn line(&self) -> Option<&[u8]> {
        match self {
            Self::Sent(line) => Some(line),
            Self::Perhaps(_) | Self::Greeted | Self::None => None,
        }
    }
}

#[cfg(test)]
mod tests;
