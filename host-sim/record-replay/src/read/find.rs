//! A record in a line of any log.
//!
//! It begins with `{"postscreen_record":`, as it is or as often escaped as it is wrapped in JSON strings: not at all in
//! a line of text or as an object in a line of JSON, once as a string in a line of JSON, twice where such a line was
//! put into JSON again. How many backslashes stand before the quote tells how often.

use super::ProblemKind;
use memchr::memmem;
use postscreen_engine::client_record::{ClientRecord, VERSION};
use serde_json::error::Category;

/// The name of a record's first field.
const MARKER: &[u8] = b"postscreen_record";

/// How much of a line is unescaped at first, in bytes: all of it for each of many short records would take long.
pub(super) const WINDOW_MIN: usize = 16 << 10;

/// Something that begins as a record does.
pub(super) enum Found {
    /// A record, in these bytes of the line.
    Record { record: Box<ClientRecord>, start: usize, end: usize },
    /// One that cannot be read.
    Unreadable(Unreadable),
}

/// Why a record cannot be read.
pub(super) struct Unreadable {
    /// At which byte of the line.
    pub at: usize,
    pub kind: ProblemKind,
    pub why: String,
}

/// The first record in `line` that begins at the byte `from` or later.
pub(super) fn record(line: &[u8], from: usize) -> Option<Found> {
    let (start, depth) = beginning(line, from)?;
    let unreadable = |at, kind, why| Found::Unreadable(Unreadable { at, kind, why });
    if is_said(&line[from..start]) {
        return Some(unreadable(start, ProblemKind::Quoted, String::new()));
    }
    if line[start] != b'{' {
        return Some(unreadable(start, ProblemKind::NotFirst, String::new()));
    }
    let rest = &line[start..];
    let mut window = WINDOW_MIN;
    loop {
        let text = rest.get(..window).unwrap_or(rest);
        let layers = layers(text, depth);
        match parse(&layers) {
            Ok((record, length)) => {
                let end = start + outermost(&layers, length);
                return Some(Found::Record { record: Box::new(record), start, end });
            }
            // By us, not by the line.
            Err(Unreadable { kind: ProblemKind::CutShort, .. }) if text.len() < rest.len() => window *= 4,
            Err(Unreadable { at, kind, why }) => {
                return Some(unreadable(start + outermost(&layers, at), kind, why));
            }
        }
    }
}

/// Where a record begins, and in how many strings of JSON it stands. Or where the comma is that stands before the
/// marker: some tools put the fields of an object into another order.
fn beginning(line: &[u8], from: usize) -> Option<(usize, u32)> {
    let finder = memmem::Finder::new(MARKER);
    finder.find_iter(line.get(from..)?).find_map(|at| {
        let before = line[from..from + at].strip_suffix(b"\"")?;
        let unescaped = before.iter().rposition(|&byte| byte != b'\\').map_or(0, |last| last + 1);
        let backslashes = before.len() - unescaped;
        // A quote has 1 backslash in a string, and 3 in a string in a string: each is escaped as well.
        let escaped_once_more = backslashes + 1;
        let object = before[..unescaped].trim_ascii_end();
        let begins = escaped_once_more.is_power_of_two() && matches!(object, [.., b'{' | b',']);
        begins.then(|| (from + object.len() - 1, escaped_once_more.trailing_zeros()))
    })
}

/// Whether what stands before a record is a log line about a client: `… from [203.0.113.9]:4711`, or Postfix's
/// `… from unknown[203.0.113.9]`. Behind it may stand whatever a client says, also what looks like a record.
fn is_said(before: &[u8]) -> bool {
    memmem::find_iter(before, b" from ").any(|at| {
        let mut name = before[at + b" from ".len()..].iter();
        name.find(|&&byte| byte == b'[' || byte.is_ascii_whitespace()) == Some(&b'[')
    })
}

/// The text from the beginning of a record on: as it stands in the line, then with one escape less each.
fn layers(text: &[u8], depth: u32) -> Vec<Vec<u8>> {
    let mut layers = vec![text.to_vec()];
    for _ in 0..depth {
        let inner = layers.last().map(|outer| unescape(outer, usize::MAX).0).unwrap_or_default();
        layers.push(inner);
    }
    layers
}

/// The byte of the outermost layer that the byte `at` of the innermost one comes from.
fn outermost(layers: &[Vec<u8>], at: usize) -> usize {
    let outer = layers.iter().rev().skip(1);
    outer.fold(at, |at, outer| unescape(outer, at).1)
}

/// The record that the innermost layer begins with, and its length.
fn parse(layers: &[Vec<u8>]) -> Result<(ClientRecord, usize), Unreadable> {
    let text = layers.last().map(Vec::as_slice).unwrap_or_default();
    if let Some(version) = version(text).filter(|version| *version != u64::from(VERSION)) {
        return Err(Unreadable { at: 0, kind: ProblemKind::OtherVersion, why: version.to_string() });
    }
    let mut records = serde_json::Deserializer::from_slice(text).into_iter();
    match records.next() {
        Some(Ok(record)) => Ok((record, records.byte_offset())),
        Some(Err(error)) => Err(unreadable(text, &error)),
        None => Err(Unreadable { at: 0, kind: ProblemKind::CutShort, why: String::new() }),
    }
}

/// The number behind the first colon.
fn version(text: &[u8]) -> Option<u64> {
    let colon = memchr::memchr(b':', text)?;
    let number = text[colon + 1..].trim_ascii_start();
    let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
    str::from_utf8(&number[..digits]).ok()?.parse().ok()
}

fn unreadable(text: &[u8], error: &serde_json::Error) -> Unreadable {
    // A reader's columns count from 1, and in bytes; there is only one line.
    let at = if error.line() == 1 { error.column().saturating_sub(1) } else { 0 };
    let kind = match (error.classify(), str::from_utf8(text)) {
        (Category::Eof, _) => ProblemKind::CutShort,
        (_, Err(bad)) if bad.valid_up_to() <= at => ProblemKind::NotUtf8,
        (Category::Data, _) => ProblemKind::NotARecord,
        _ => ProblemKind::NotJson,
    };
    let why = error.to_string();
    // The place is told in another way.
    let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why).to_owned();
    Unreadable { at, kind, why }
}

/// The inside of a JSON string that begins here, up to its quote or where it is cut short, at most `max` bytes of it;
/// and how many bytes of `escaped` these are.
fn unescape(escaped: &[u8], max: usize) -> (Vec<u8>, usize) {
    let mut inner = Vec::with_capacity(escaped.len().min(max));
    let mut at = 0;
    while let Some(&byte) = escaped.get(at).filter(|&&byte| byte != b'"' && inner.len() < max) {
        if byte != b'\\' {
            inner.push(byte);
            at += 1;
            continue;
        }
        let (c, length) = match escaped.get(at + 1) {
            None => break,
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => utf16(&escaped[at + 2..])
                .map_or((char::REPLACEMENT_CHARACTER, 2), |(c, length)| (c, 2 + length)),
            // The quote, the slash, the backslash; anything else is no JSON, and stays for the reader of the record.
            Some(&other) if other.is_ascii() => (char::from(other), 2),
            Some(_) => (char::REPLACEMENT_CHARACTER, 1),
        };
        inner.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        at += length;
    }
    (inner, at)
}

/// The character behind `\u`: four digits, or four, `\u` and four more. And the length of that.
fn utf16(digits: &[u8]) -> Option<(char, usize)> {
    let unit = |from: usize| {
        let digits = digits.get(from..from + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    };
    let first = unit(0)?;
    let second = unit(6).filter(|_| digits.get(4..6) == Some(b"\\u".as_slice()));
    let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    match (char::decode_utf16([first]).next()?, pair) {
        (Ok(c), _) => Some((c, 4)),
        (Err(_), Some(c)) => Some((c, 10)),
        (Err(_), None) => Some((char::REPLACEMENT_CHARACTER, 4)),
    }
}
