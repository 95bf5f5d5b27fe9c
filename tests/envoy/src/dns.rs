//! As much of the DNS wire format (RFC 1035 section 4) as the suite needs to ask one question, and to lie.

use std::net::Ipv4Addr;

/// Bytes of the header.
pub const HEADER: usize = 12;
/// Where the flags stand in the header.
pub const FLAGS_AT: usize = 2;
/// Where the number of answers stands in the header.
pub const ANSWER_COUNT_AT: usize = 6;
/// A pointer to the question's name, which always stands right after the header.
pub const QUESTION_NAME: [u8; 2] = [0xc0, 12];

const TYPE_A_CLASS_IN: [u8; 4] = [0, 1, 0, 1];
const RECURSION_DESIRED: [u8; 2] = [0x01, 0x00];
const ANSWERED: [u8; 2] = [0x81, 0x80];

/// An A question for `name`, with the id 0 that RFC 8484 section 4.1 wants.
pub fn question(name: &str) -> Vec<u8> {
    let mut message = vec![0; HEADER];
    message[FLAGS_AT..FLAGS_AT + 2].copy_from_slice(&RECURSION_DESIRED);
    message[5] = 1;
    for label in name.split('.') {
        message.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
        message.extend_from_slice(label.as_bytes());
    }
    message.push(0);
    message.extend_from_slice(&TYPE_A_CLASS_IN);
    message
}

/// The truthful answer to `question`: NOERROR, one A record.
pub fn listing(question: &[u8], address: Ipv4Addr) -> Vec<u8> {
    let mut message = question.to_vec();
    message[FLAGS_AT..FLAGS_AT + 2].copy_from_slice(&ANSWERED);
    message[ANSWER_COUNT_AT + 1] = 1;
    message.extend_from_slice(&record(&QUESTION_NAME, address));
    message
}

/// An A record with a TTL of five minutes; the owner's name as it stands on the wire.
pub fn record(owner: &[u8], address: Ipv4Addr) -> Vec<u8> {
    let mut record = owner.to_vec();
    record.extend_from_slice(&TYPE_A_CLASS_IN);
    record.extend_from_slice(&300_u32.to_be_bytes());
    record.extend_from_slice(&[0, 4]);
    record.extend_from_slice(&address.octets());
    record
}

/// The name that a message asks for, or nothing when the bytes are no question.
pub fn asked_name(message: &[u8]) -> Option<String> {
    let mut labels = Vec::new();
    let mut rest = message.get(HEADER..)?;
    loop {
        let (&length, after) = rest.split_first()?;
        if length == 0 {
            return Some(labels.join("."));
        }
        let label = after.get(..usize::from(length))?;
        labels.push(String::from_utf8_lossy(label).into_owned());
        rest = &after[usize::from(length)..];
    }
}

#[cfg(test)]
mod tests;
