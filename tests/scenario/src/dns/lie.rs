//! Answers that say something else than the truth: messages, or pieces of one, made from a true one.

use std::net::Ipv4Addr;

use super::Fault;

/// What every lie is about: a record that any list would use.
pub(super) const LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Far more than an answer needs, which has some hundred bytes, and little enough for a UDP datagram.
pub(super) const OVERSIZED_BYTES: usize = 16 * 1024;
const HEADER_BYTES: usize = 12;
/// Where the flags stand in the header, and TC among them (RFC 1035 section 4.1.1).
const FLAGS_AT: usize = 2;
const TRUNCATED: u8 = 2;
/// Type and class after the name of a question.
const QUESTION_TAIL_BYTES: usize = 4;
/// In a record after its name: the low byte of the type, and where TTL ends and the data's length begins.
const TYPE_LOW_AT: usize = 1;
const LENGTH_AT: usize = 8;
const TXT: u8 = 16;
/// The length of the data, the length of the text, the text.
const TXT_DATA: &[u8] = b"\0\x0a\x09127.0.0.2";
const PAGE: &[u8] = b"<!doctype html><title>Log in</title><p>127.0.0.2</p>";

/// The lie `fault` in place of `truth`, a message with one question and one A record, its name written out. What is no
/// lie stays the truth.
pub(super) fn told(fault: Fault, truth: Vec<u8>) -> Vec<u8> {
    let mut message = truth;
    let name_len = name_len(&message);
    let record_at = HEADER_BYTES + name_len + QUESTION_TAIL_BYTES;
    match fault {
        Fault::Cut => message.truncate(message.len().saturating_sub(6)),
        Fault::Empty => message.clear(),
        Fault::Garbage => message = PAGE.to_vec(),
        Fault::Oversized => message.resize(OVERSIZED_BYTES, 0),
        Fault::Truncated => alter(&mut message, FLAGS_AT, |flags| flags | TRUNCATED),
        Fault::WrongId => alter(&mut message, 1, |id| id ^ 1),
        // The first letter or digit of the name becomes another one.
        Fault::WrongName => alter(&mut message, record_at + 1, |letter| letter ^ 1),
        Fault::WrongQuestion => alter(&mut message, HEADER_BYTES + 1, |letter| letter ^ 1),
        Fault::WrongType => {
            alter(&mut message, record_at + name_len + TYPE_LOW_AT, |_| TXT);
            message.truncate(record_at + name_len + LENGTH_AT);
            message.extend_from_slice(TXT_DATA);
        }
        _ => {}
    }
    message
}

/// How long the name of the question is, its final zero included.
fn name_len(message: &[u8]) -> usize {
    let name = message.get(HEADER_BYTES..).unwrap_or_default();
    let mut len = 0;
    while let Some(&label) = name.get(len)
        && label != 0
    {
        len += 1 + usize::from(label);
    }
    len + 1
}

fn alter(message: &mut [u8], at: usize, change: impl Fn(u8) -> u8) {
    if let Some(byte) = message.get_mut(at) {
        *byte = change(*byte);
    }
}

#[cfg(test)]
mod tests;
