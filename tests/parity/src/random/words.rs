//! What clients say.
//!
//! Left out, because postscreen is known to do otherwise (`docs/deltas.md`): STARTTLS (`starttls-of-deferred-clients`,
//! `starttls-syntax`) and bytes that are UTF-8 (`ascii-log`).

use fastrand::Rng;

use super::policy::{once_in, one};

const GREETINGS: [&str; 7] =
    ["EHLO c.test", "EHLO c.test", "HELO c.test", "ehlo [192.0.2.1]", "EHLO", "HELO  a b", "EHLO \x01x"];
const SENDERS: [&str; 9] = [
    "MAIL FROM:<a@c.test>",
    "MAIL FROM:<a@c.test>",
    "MAIL FROM:<>",
    "MAIL FROM: <a@c.test> SIZE=100",
    "mail from:a@c.test",
    "MAIL a@c.test",
    "MAIL FROM",
    "MAIL FROM:<a@c.test> BODY=8BITMIME",
    "MAIL FROM:<\"a b\"@c.test>",
];
const RECIPIENTS: [&str; 8] = [
    "RCPT TO:<b@mx.test>",
    "RCPT TO:<b@mx.test>",
    "RCPT TO:<b@mx.test>",
    "rcpt to: <b@mx.test> NOTIFY=NEVER",
    "RCPT TO:<>",
    "RCPT b@mx.test",
    "RCPT TO",
    "RCPT TO:<@a.test:b@mx.test>",
];
const OTHERS: [&str; 25] = [
    "AUTH PLAIN AAAA",
    "BDAT",
    "BDAT 4 LAST",
    "DATA",
    "DATA x",
    "ETRN",
    "ETRN mx.test",
    "EXPN list",
    "FOO",
    "HELP",
    "NOOP",
    "NOOP hello",
    "QUIT now",
    "RSET",
    "RSET x",
    "VRFY",
    "VRFY b@mx.test",
    "XCLIENT ADDR=192.0.2.1",
    "",
    " NOOP",
    "\tNOOP",
    "NOOP\t",
    "noop",
    "RSET ",
    "NO\0OP",
];
const FOREIGN: [&str; 14] = [
    "CONNECT c.test:25 HTTP/1.0",
    "GET / HTTP/1.1",
    "POST / HTTP/1.1",
    "Subject: hello",
    "From: a@c.test",
    "Received:",
    "X-Mailer : x",
    "<html>",
    "123 456",
    "NOOP: x",
    ": x",
    "-",
    "\u{16}\u{3}\u{1}\u{2}",
    "\u{80}\u{ff}",
];

/// One of the next moves of somebody who sends mail, or something else.
pub(super) fn line(rng: &mut Rng, move_number: usize) -> Vec<u8> {
    let text = match rng.u8(..10) {
        0 => one(rng, &FOREIGN),
        1 | 2 => one(rng, &OTHERS),
        _ => match move_number % 4 {
            0 => one(rng, &GREETINGS),
            1 => one(rng, &SENDERS),
            2 => one(rng, &RECIPIENTS),
            _ => one(rng, &["QUIT", "QUIT", "DATA", "RSET", "RCPT TO:<c@mx.test>"]),
        },
    };
    let mut line: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c).ok()).collect();
    line.extend_from_slice(end(rng));
    line
}

fn end(rng: &mut Rng) -> &'static [u8] {
    if once_in(rng, 12) { one(rng, &[b"\n".as_slice(), b"\r\r\n", b" \r\n", b"\n\r\n"]) } else { b"\r\n" }
}
