//! What nobody is to read in a record: passwords never, and mailboxes of people only where that is wanted.
//!
//! Bytes are replaced, not taken out, and only letters and digits of an address are: a line keeps its length and what
//! the tests see in it, so that another policy can be tried on it.

use crate::smtpd::command::{Command, Verb};

const MASK: u8 = b'x';

/// Masks the arguments of AUTH and what follows it; without `mailboxes` also the local part of every mail address,
/// wherever it stands. Whether there was an AUTH.
pub(super) fn mask(bytes: &mut [u8], mailboxes: bool) -> bool {
    let (mut had_auth, mut in_auth) = (false, false);
    for line in bytes.split_inclusive_mut(|&byte| byte == b'\n') {
        let is_whole = line.last() == Some(&b'\n');
        let end = line.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |last| last + 1);
        let Some(line) = line.get_mut(..end) else { continue };
        let command = Command::parse(line);
        let (verb, word_len) = (command.verb, command.word.len());
        // RFC 4954, section 4: lines in base64 follow, until it is over.
        in_auth = verb == Some(Verb::Auth) || (in_auth && verb.is_none());
        had_auth |= in_auth;
        let Some((word, arguments)) = line.split_at_mut_checked(word_len) else { continue };
        match verb {
            Some(Verb::Auth) => cover_all(arguments),
            None if in_auth => {
                cover_all(word);
                cover_all(arguments);
            }
            // A host's name, not a mailbox.
            Some(Verb::Helo | Verb::Ehlo) => {}
            _ if mailboxes => {}
            Some(Verb::Vrfy) => cover(arguments),
            Some(Verb::Mail | Verb::Rcpt) => cover_mailbox(behind_colon(arguments), true),
            _ => {
                // The last line may be cut within an address.
                cover_mailbox(word, !is_whole);
                cover_mailbox(arguments, !is_whole);
            }
        }
    }
    had_auth
}

/// Covers everything that can be seen.
fn cover_all(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| !byte.is_ascii_whitespace()) {
        *byte = MASK;
    }
}

/// What follows `FROM:` or `TO:`.
fn behind_colon(arguments: &mut [u8]) -> &mut [u8] {
    let colon = arguments.iter().position(|&byte| byte == b':').map_or(0, |colon| colon + 1);
    arguments.get_mut(colon..).unwrap_or_default()
}

/// Covers everything up to the last `@`; without one everything, if it may be a mailbox all the same, such as
/// `<postmaster>`.
fn cover_mailbox(bytes: &mut [u8], bare: bool) {
    let at = bytes.iter().rposition(|&byte| byte == b'@');
    let len = at.unwrap_or(if bare { bytes.len() } else { 0 });
    if let Some(bytes) = bytes.get_mut(..len) {
        cover(bytes);
    }
}

fn cover(bytes: &mut [u8]) {
    // What is no UTF-8 is no name, and that it is none is what a test goes by.
    let is_text = str::from_utf8(bytes).is_ok();
    for byte in bytes.iter_mut() {
        if byte.is_ascii_alphanumeric() || (is_text && !byte.is_ascii()) {
            *byte = MASK;
        }
    }
}
