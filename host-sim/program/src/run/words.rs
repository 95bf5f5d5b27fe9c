//! One event in a few words, for the timeline and the report.

use std::fmt::Write as _;

use envoy_sim::{LogLine, VmId};
use postscreen_scenario::escaped;

use super::record::{Bytes, Finish, Peer, What};

/// An event in words.
pub(super) struct Words {
    /// The sign that stands for it on a track.
    pub sign: char,
    /// What sort of event it is, as a word of its own.
    pub sort: &'static str,
    /// What happened, without the client's name in front.
    pub verb: String,
    /// The bytes or names that it is about; may be empty.
    pub object: String,
    /// What stands behind them; may be empty.
    pub rest: String,
}

/// The words of an event.
pub(super) fn of(what: &What) -> Words {
    let words = |sign, sort, verb: &str| Words {
        sign,
        sort,
        verb: verb.to_owned(),
        object: String::new(),
        rest: String::new(),
    };
    match what {
        What::Connected { from } => words('●', "connect", "connects").about(from.to_string()),
        What::Said { by: Peer::Client, bytes, passed: true } => {
            Words { rest: "→ server".to_owned(), ..words('▶', "says", "says").bytes(bytes) }
        }
        What::Said { by: Peer::Client, bytes, passed: false } => words('▶', "says", "says").bytes(bytes),
        What::Said { by: Peer::Server, bytes, passed: true } => words('◀', "gets", "← server").bytes(bytes),
        What::Said { by: Peer::Server, bytes, passed: false } => {
            words('»', "server", "server says").bytes(bytes)
        }
        What::Given { to: Peer::Client, bytes } => words('◀', "gets", "gets").bytes(bytes),
        What::Given { to: Peer::Server, bytes } => words('»', "server", "server gets").bytes(bytes),
        What::Ended { by: Peer::Client } => words('▷', "close", "ends its half"),
        What::Ended { by: Peer::Server } => words('»', "server", "server ends its half"),
        What::Broke { by: Peer::Client } => words('×', "close", "breaks the connection"),
        What::Broke { by: Peer::Server } => words('»', "server", "server breaks the connection"),
        What::Finished { to, how } => {
            let (sign, sort, verb) = finished(*to, *how);
            words(sign, sort, verb)
        }
        What::Dialled { cluster } => words('»', "server", "is sent to").about(clean(cluster)),
        What::Connection { stands: true } => words('»', "server", "server accepts"),
        What::Connection { stands: false } => words('»', "server", "server refuses"),
        What::Asked { question } => words('?', "ask", "asks").about(clean(question)),
        What::Answered { answer } => words('!', "answer", "answered").about(clean(answer)),
        What::GaveUp { question } => words('!', "answer", "no answer").about(clean(question)),
        What::Sent { to, bytes, end } => {
            let on = if *end { "as its last on" } else { "on" };
            Words { rest: format!("{on} {}", clean(to)), ..words('?', "ask", "sends").bytes(bytes) }
        }
        What::SaidAll { to } => words('?', "ask", "ends its half of").about(clean(to)),
        What::Cancelled { question } => words('?', "ask", "cancels").about(clean(question)),
        What::Reconfigured { changes, refused: None } => {
            words('═', "config", "new configuration:").about(clean(changes))
        }
        What::Reconfigured { changes, refused: Some(reason) } => Words {
            rest: format!("— tried: {}", clean(changes)),
            ..words('═', "refusal", "configuration refused:").about(clean(reason))
        },
        What::Trapped { vm, headline } => words('#', "trap", &format!("{vm} traps:")).about(clean(headline)),
        What::Logged(line) => words('≡', "log", &log(line)),
        What::Verdict(verdict) => words('◆', "verdict", "verdict").about(clean(verdict)),
    }
}

fn finished(to: Peer, how: Finish) -> (char, &'static str, &'static str) {
    match (to, how) {
        (Peer::Client, Finish::Half) => ('◁', "close", "hears the end"),
        (Peer::Client, Finish::Close) => ('×', "close", "is closed"),
        (Peer::Client, Finish::Reset) => ('×', "close", "is reset"),
        (Peer::Server, Finish::Half) => ('»', "server", "server hears the end"),
        (Peer::Server, Finish::Close) => ('»', "server", "server is closed"),
        (Peer::Server, Finish::Reset) => ('»', "server", "server is reset"),
    }
}

/// A log line; who wrote it, unless it is the module on a worker.
pub(super) fn log(line: &LogLine) -> String {
    let text = clean(&line.text);
    match line.vm {
        VmId::Worker(_) if !line.by_host => text,
        vm if line.by_host => by_host(vm, &line.text),
        vm => format!("{vm}: {text}"),
    }
}

/// A line that the host wrote about a machine.
pub(super) fn by_host(vm: VmId, text: &str) -> String {
    format!("{vm}, host: {}", clean(text))
}

/// Text that cannot move the cursor, change direction or hide: such characters become `\u{…}`.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}');
        if c.is_control() || invisible {
            let _ = write!(clean, "{}", c.escape_unicode());
        } else {
            clean.push(c);
        }
    }
    clean
}

/// `0.040 s`
pub(super) fn seconds(time: std::time::Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

// === impl Words ===

impl Words {
    fn about(self, object: String) -> Self {
        Self { object, ..self }
    }

    /// Bytes as a scenario writes them; how many there are, where they are not all kept.
    fn bytes(self, bytes: &Bytes) -> Self {
        let more = bytes.begin.len() < bytes.len;
        let len = if more { format!("… {} bytes", bytes.len) } else { String::new() };
        Self { object: format!("\"{}\"{len}", escaped(&bytes.begin)), ..self }
    }

    /// All of it on one line.
    pub(super) fn line(&self) -> String {
        let parts = [self.verb.as_str(), self.object.as_str(), self.rest.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}
