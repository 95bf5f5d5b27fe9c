//! What a client said, as far as it is kept.

use super::mask::mask;
use crate::line::escape_to;
use serde::{Deserialize, Serialize};

/// The most bytes that are kept of what one client says. A refused mail takes some 150.
pub const SAID_MAX: usize = 2_048;
/// The most pieces.
pub const PARTS_MAX: usize = 64;

/// A piece of what a client said, as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Part {
    /// When, in milliseconds since the client came.
    pub at: u64,
    /// Whether it came before the client's turn.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub early: bool,
    /// What: printable ASCII stays, the rest is escaped as in C.
    pub text: String,
    /// How many bytes followed it that are not kept.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub more: u64,
}

/// What a client has said so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pieces: Vec<Piece>,
    /// All of them, one after the other.
    bytes: Vec<u8>,
    had_auth: bool,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    at: u64,
    early: bool,
    kept: usize,
    more: u64,
}

impl Said {
    /// Keeps as much of what arrived as there is room for.
    pub fn hear(&mut self, at: u64, early: bool, bytes: &[u8]) {
        let room = if self.pieces.len() < PARTS_MAX { SAID_MAX.saturating_sub(self.bytes.len()) } else { 0 };
        let (kept, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        let more = u64::try_from(rest.len()).unwrap_or(u64::MAX);
        self.bytes.extend_from_slice(kept);
        match self.pieces.last_mut() {
            Some(last) if kept.is_empty() => last.more = last.more.saturating_add(more),
            _ => self.pieces.push(Piece { at, early, kept: kept.len(), more }),
        }
    }

    /// The bytes that are kept, without what nobody is to read.
    pub fn masked(mut self, mailboxes: bool) -> Self {
        self.had_auth = mask(&mut self.bytes, mailboxes);
        self
    }

    /// Whether there was a password in it, or what may be one.
    pub fn had_auth(&self) -> bool {
        self.had_auth
    }

    /// The lines that are kept, without their ends; the last one may be cut short.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// For a record.
    pub fn parts(&self) -> Vec<Part> {
        let mut rest = self.bytes.as_slice();
        let part = |&Piece { at, early, kept, more }: &Piece| {
            let (bytes, behind) = rest.split_at_checked(kept).unwrap_or((rest, &[]));
            rest = behind;
            Part { at, early, text: escape_to(bytes, usize::MAX), more }
        };
        self.pieces.iter().map(part).collect()
    }
}
