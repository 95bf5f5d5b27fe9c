//! The mail server of every story: a small SMTP sink that says yes to everything it knows, unless the story wants it
//! otherwise.

mod session;

use std::collections::BTreeMap;

pub use session::{MailSession, Word};

use crate::story::{Ending, Manner, Manners};

/// The longest line that the sink reads, with its line end (RFC 5321 section 4.5.3.1.4 asks for 512 at least). A
/// longer line counts as one unknown command.
pub const LINE_BYTES_MAX: usize = 2_048;

const HELLO: &[u8] = b"250 mx.test\r\n";
const OK: &[u8] = b"250 2.0.0 Ok\r\n";
const GO_AHEAD: &[u8] = b"354 End data with <CR><LF>.<CR><LF>\r\n";
const BYE: &[u8] = b"221 2.0.0 Bye\r\n";
const ERROR: &[u8] = b"502 5.5.2 Error\r\n";

/// What the sink wants done with its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// Read on.
    Open,
    /// Close, once everything is written.
    Close,
    /// Break the connection, once everything is written.
    Reset,
    /// Never read again, and never write.
    Stall,
}

/// One session of the mail server, without its socket.
#[derive(Clone, Debug)]
pub struct Sink {
    line: Vec<u8>,
    /// The line in progress is longer than [`LINE_BYTES_MAX`]; its start is gone.
    too_long: bool,
    in_data: bool,
    stay: Stay,
    /// What it does on commands, by verb, instead of what it does otherwise.
    on: BTreeMap<String, Manner>,
}

// === impl Sink ===

impl Default for Sink {
    fn default() -> Self {
        Self::new(BTreeMap::new())
    }
}

impl Sink {
    /// A session in which these commands have other replies.
    fn new(on: BTreeMap<String, Manner>) -> Self {
        Self { line: Vec::new(), too_long: false, in_data: false, stay: Stay::Open, on }
    }

    /// What the mail server says first.
    pub fn greeting(&self) -> &'static [u8] {
        Manners::GREETING
    }

    /// Takes what the client sent and adds the replies to `out`. After any [`Stay`] but [`Stay::Open`] everything is
    /// ignored.
    pub fn receive(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Stay {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.stay != Stay::Open {
                break;
            }
            self.collect(piece);
            if piece.ends_with(b"\n") {
                self.finish_line(out);
            }
        }
        self.stay
    }

    fn collect(&mut self, piece: &[u8]) {
        if self.too_long || self.line.len() + piece.len() > LINE_BYTES_MAX {
            self.too_long = true;
            self.line.clear();
        } else {
            self.line.extend_from_slice(piece);
        }
    }

    fn finish_line(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let too_long = std::mem::take(&mut self.too_long);
        if self.in_data {
            if !too_long && line == b"." {
                self.in_data = false;
                out.extend_from_slice(OK);
            }
            return;
        }
        let verb = line.split(|byte| *byte == b' ').next().unwrap_or_default().to_ascii_uppercase();
        match self.on.get(&*String::from_utf8_lossy(&verb)).filter(|_| !too_long) {
            None => {}
            Some(Manner::Says(reply)) => return out.extend_from_slice(reply),
            Some(Manner::Ends(ending)) => return self.stay = (*ending).into(),
        }
        let reply = match verb.as_slice() {
            _ if too_long => ERROR,
            b"EHLO" | b"HELO" => HELLO,
            b"MAIL" | b"NOOP" | b"RCPT" | b"RSET" => OK,
            b"DATA" => {
                self.in_data = true;
                GO_AHEAD
            }
            b"QUIT" => {
                self.stay = Stay::Close;
                BYE
            }
            _ => ERROR,
        };
        out.extend_from_slice(reply);
    }
}

// === impl Stay ===

impl From<Ending> for Stay {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Close => Self::Close,
            Ending::Reset => Self::Reset,
            Ending::Stall => Self::Stall,
        }
    }
}

#[cfg(test)]
mod tests;
