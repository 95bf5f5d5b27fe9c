//! Version 1: `PROXY TCP4 192.0.2.10 198.51.100.1 48543 25` and a line end.

use super::{Parsed, ProxyError, address};
use std::net::SocketAddr;

/// Tells the versions apart.
pub const PREFIX: &[u8] = b"PROXY ";

/// Reads the line. Words are separated by blanks and CR, any number of them; words after the last port are ignored.
pub fn parse(bytes: &[u8]) -> Result<Parsed, ProxyError> {
    // To Postfix the input is a C string, and ends at a NUL.
    let end = bytes.iter().position(|&byte| byte == b'\n' || byte == 0);
    let line = end.filter(|&end| bytes.get(end) == Some(&b'\n')).and_then(|end| bytes.get(..end));
    let line = line.ok_or(ProxyError::MissingTerminator)?;

    let mut words = line
        .split(|&byte| byte == b' ' || byte == b'\r')
        .filter(|word| !word.is_empty())
        // What is not UTF-8 is no word of this language, and reads as one that is in no place right.
        .map(|word| str::from_utf8(word).unwrap_or_default())
        .skip(1);
    let protocol = words.next().unwrap_or_default();
    let read_address = if protocol.eq_ignore_ascii_case("TCP4") {
        address::v4
    } else if protocol.eq_ignore_ascii_case("TCP6") {
        address::v6
    } else {
        return Err(ProxyError::BadType);
    };
    let client = words.next().and_then(read_address).ok_or(ProxyError::BadClientAddress)?;
    let server = words.next().and_then(read_address).ok_or(ProxyError::BadServerAddress)?;
    let client_port = words.next().and_then(address::port).ok_or(ProxyError::BadClientPort)?;
    let server_port = words.next().and_then(address::port).ok_or(ProxyError::BadServerPort)?;
    let endpoints = (SocketAddr::new(client, client_port), SocketAddr::new(server, server_port));
    Ok(Parsed { len: line.len() + 1, endpoints: Some(endpoints) })
}
