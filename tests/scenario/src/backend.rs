//! The mail server of every story: a small SMTP sink that says yes to everything it knows, unless the story wants it
//! otherwise.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

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

/// What the mail server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It says this.
    Say(Vec<u8>),
    /// It closes the connection in good order. The last word.
    Close,
    /// It breaks the connection (RST). The last word.
    Reset,
}

/// A session from its begin to its end.
#[derive(Clone, Debug)]
pub struct MailSession {
    manners: Manners,
    sink: Sink,
    stay: Stay,
    /// What it does and when; times never go back.
    planned: VecDeque<(Duration, Word)>,
}

// === impl MailSession ===

impl MailSession {
    /// A client has connected.
    pub fn new(manners: &Manners, now: Duration) -> Self {
        let mut session = Self {
            sink: Sink::new(manners.on.clone()),
            manners: manners.clone(),
            stay: Stay::Open,
            planned: VecDeque::new(),
        };
        session.plan(&manners.greeting, now + manners.after);
        if let Some(ending) = manners.then {
            session.leave(ending.into(), now);
        }
        session
    }

    /// Takes what the client sent. Commands are answered after the greeting, even if they come before it.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) {
        if self.stay != Stay::Open {
            return;
        }
        let mut replies = Vec::new();
        let stay = self.sink.receive(bytes, &mut replies);
        self.plan(&replies, now);
        self.leave(stay, now);
    }

    /// The client has ended its half. As a mail server does: no more commands, no more session.
    pub fn client_ended(&mut self, now: Duration) {
        if matches!(self.stay, Stay::Open | Stay::Stall) {
            self.leave(Stay::Close, now);
        }
    }

    /// What it does at this moment, one thing after the other.
    pub fn next(&mut self, now: Duration) -> Option<Word> {
        self.peek(now)?;
        self.planned.pop_front().map(|(_, word)| word)
    }

    /// As [`MailSession::next`], before it does it.
    pub fn peek(&self, now: Duration) -> Option<&Word> {
        self.planned.front().filter(|(at, _)| *at <= now).map(|(_, word)| word)
    }

    /// When to ask again, if nothing comes before.
    pub fn deadline(&self) -> Option<Duration> {
        self.planned.front().map(|(at, _)| *at)
    }

    /// Says something at this time or after what is planned already, in pieces.
    fn plan(&mut self, bytes: &[u8], at: Duration) {
        let len = self.manners.piece_bytes.map_or(usize::MAX, Into::into);
        for piece in bytes.chunks(len) {
            let at = match self.planned.back() {
                Some((before, _)) => at.max(*before + self.manners.pause),
                None => at,
            };
            self.planned.push_back((at, Word::Say(piece.to_vec())));
        }
    }

    fn leave(&mut self, stay: Stay, now: Duration) {
        self.stay = stay;
        let word = match stay {
            Stay::Close => Word::Close,
            Stay::Reset => Word::Reset,
            Stay::Open | Stay::Stall => return,
        };
        let at = self.planned.back().map_or(now, |(before, _)| now.max(*before));
        self.planned.push_back((at, word));
    }
}

#[cfg(test)]
mod tests;
