//! What nobody is to read in a record: passwords never, and mailboxes of people only where that is wanted.
//!
//! Bytes are replaced, not taken out: lines keep their length, so that another policy can be tried on them.

use crate::smtpd::command::{Command, Verb};

const MASK: u8 = b'x';

/// Masks the arguments of AUTH; without `mailboxes` also the local part of every mail address, wherever it stands.
pub(super) fn mask(bytes: &mut [u8], mailboxes: bool) {
    for line in bytes.split_inclusive_mut(|&byte| byte == b'\n') {
        let is_whole = line.last() == Some(&b'\n');
        let end = line.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |last| last + 1);
        let Some(line) = line.get_mut(..end) else { continue };
        let command = Command::parse(line);
        let verb = command.verb;
        // Of what is no command, the first word may be an address too.
        let begin = if verb.is_some() { (command.word.len() + 1).min(line.len()) } else { 0 };
        let Some(arguments) = line.get_mut(begin..) else { continue };
        match verb {
            Some(Verb::Auth) => cover(arguments, arguments.len()),
            // A host's name, not a mailbox.
            Some(Verb::Helo | Verb::Ehlo) => {}
            _ if mailboxes => {}
            Some(Verb::Vrfy) => cover(arguments, arguments.len()),
            _ => match arguments.iter().rposition(|&byte| byte == b'@') {
                Some(at) => cover(arguments, at),
                None if is_whole && verb.is_none() => {}
                // `<postmaster>`, or an address that is cut short.
                None => cover(arguments, arguments.len()),
            },
        }
    }
}

/// Covers the first `len` bytes but for what the grammar of commands needs.
fn cover(bytes: &mut [u8], len: usize) {
    let shown = b" :<>";
    // `FROM:` and `TO:`.
    let from = bytes.iter().take(len).position(|&byte| byte == b':').map_or(0, |colon| colon + 1);
    let from = if from <= b"FROM:".len() { from } else { 0 };
    for byte in bytes.iter_mut().take(len).skip(from).filter(|byte| !shown.contains(byte)) {
        *byte = MASK;
    }
}
