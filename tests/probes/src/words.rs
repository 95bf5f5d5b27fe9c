//! Numbers and bytes as words, so that a difference between two hosts can be read.

use std::fmt::Write as _;

/// A status, `proxy_result_t`.
pub(crate) fn status(status: u32) -> String {
    const NAMES: [&str; 13] = [
        "Ok",
        "NotFound",
        "BadArgument",
        "SerializationFailure",
        "ParseFailure",
        "BadExpression",
        "InvalidMemoryAccess",
        "Empty",
        "CasMismatch",
        "ResultMismatch",
        "InternalFailure",
        "BrokenConnection",
        "Unimplemented",
    ];
    named(&NAMES, status)
}

/// A buffer, `proxy_buffer_type_t`.
pub(crate) fn buffer(buffer: u32) -> String {
    const NAMES: [&str; 9] = [
        "request",
        "response",
        "downstream",
        "upstream",
        "http call body",
        "grpc message",
        "vm configuration",
        "plugin configuration",
        "call data",
    ];
    named(&NAMES, buffer)
}

/// A header map, `proxy_map_type_t`.
pub(crate) fn map(map: u32) -> String {
    const NAMES: [&str; 8] = [
        "request headers",
        "request trailers",
        "response headers",
        "response trailers",
        "grpc initial metadata",
        "grpc trailing metadata",
        "http call headers",
        "http call trailers",
    ];
    named(&NAMES, map)
}

/// A direction, `proxy_stream_type_t`.
pub(crate) fn stream(stream: u32) -> String {
    named(&["request", "response", "downstream", "upstream"], stream)
}

/// Who closed, `proxy_peer_type_t`.
pub(crate) fn peer(peer: u32) -> String {
    named(&["unknown", "local", "remote"], peer)
}

fn named(names: &[&str], number: u32) -> String {
    names.get(number as usize).map_or_else(|| format!("#{number}"), |name| (*name).to_owned())
}

/// The most bytes that one line shows.
const SHOWN_BYTES_MAX: usize = 200;

/// Bytes in quotes, everything but printable ASCII escaped.
pub(crate) fn bytes(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in &bytes[..bytes.len().min(SHOWN_BYTES_MAX)] {
        match byte {
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('"');
    if bytes.len() > SHOWN_BYTES_MAX {
        let _ = write!(text, " and {} bytes more", bytes.len() - SHOWN_BYTES_MAX);
    }
    text
}

/// The header in which Envoy tells how many milliseconds a server has taken.
pub(crate) const SERVICE_TIME: &str = "x-envoy-upstream-service-time";

/// Header pairs as the host gives them: `name: value`, comma, and so on. Times are not shown.
pub(crate) fn pairs(wire: &[u8]) -> String {
    let number =
        |at: usize| wire.get(at..at + 4)?.try_into().ok().map(|bytes| u32::from_le_bytes(bytes) as usize);
    let read = || {
        let count = number(0)?;
        let mut at = 4 + 8 * count;
        let mut shown = Vec::new();
        for index in 0..count {
            let (name_len, value_len) = (number(4 + 8 * index)?, number(8 + 8 * index)?);
            let name = wire.get(at..at + name_len)?;
            let value = wire.get(at + name_len + 1..at + name_len + 1 + value_len)?;
            at += name_len + value_len + 2;
            let value = if name == SERVICE_TIME.as_bytes() { "a time".to_owned() } else { bytes(value) };
            shown.push(format!("{}: {value}", String::from_utf8_lossy(name)));
        }
        (at == wire.len()).then(|| format!("{count} pairs {}", shown.join(", ")))
    };
    read().unwrap_or_else(|| format!("no pairs {}", bytes(wire)))
}

/// A length as a caller passes it: the greatest of all is a word.
pub(crate) fn len(len: u32) -> String {
    if len == u32::MAX { "all".to_owned() } else { len.to_string() }
}
