//! Addresses and ports as text, as strict and as lenient as Postfix and the C library behind it.

use std::net::{IpAddr, Ipv6Addr};

/// The most characters of an address (Postfix's `MAI_HOSTADDR_STRSIZE`, without its NUL).
const ADDRESS_LEN_MAX: usize = 45;
/// The most colons in an IPv6 address, also in one that is shortened with `::`.
const COLONS_MAX: usize = 7;
/// The most colons before an IPv4 address at its end.
const COLONS_BEFORE_IPV4_MAX: usize = 6;
/// The most digits of a port.
const PORT_LEN_MAX: usize = 5;

/// An IPv4 address in dotted-quad form. Postfix admits leading zeros and `inet_aton` reads them as octal.
pub fn v4(text: &str) -> Option<IpAddr> {
    if text.len() > ADDRESS_LEN_MAX {
        return None;
    }
    let mut parts = text.split('.');
    let mut octets = [0; 4];
    for octet in &mut octets {
        let digits = parts.next().filter(|part| is_number(part))?;
        // Postfix looks at the range in decimal, before the C library reads the number.
        let decimal: u8 = digits.parse().ok()?;
        let radix = if digits.starts_with('0') { 8 } else { 10 };
        *octet = if decimal == 0 { 0 } else { u8::from_str_radix(digits, radix).ok()? };
    }
    // Of the network 0.0.0.0/8, Postfix admits only the address of no host.
    let is_valid = parts.next().is_none() && (octets == [0; 4] || !octets.starts_with(&[0]));
    is_valid.then(|| octets.into())
}

/// An IPv6 address; an IPv4-mapped one becomes IPv4.
pub fn v6(text: &str) -> Option<IpAddr> {
    if text.len() > ADDRESS_LEN_MAX {
        return None;
    }
    let colons = text.bytes().filter(|&byte| byte == b':').count();
    let (_, tail) = text.rsplit_once(':')?;
    let is_valid = if tail.contains('.') {
        colons <= COLONS_BEFORE_IPV4_MAX && v4(tail).is_some()
    } else {
        colons <= COLONS_MAX
    };
    let address: Ipv6Addr = text.parse().ok().filter(|_| is_valid)?;
    Some(address.to_canonical())
}

/// A port, 0 to 65535, without leading zeros.
pub fn port(text: &str) -> Option<u16> {
    let has_leading_zero = text.starts_with('0') && text != "0";
    if text.len() > PORT_LEN_MAX || !is_number(text) || has_leading_zero {
        return None;
    }
    text.parse().ok()
}

/// Rust's own parsers would admit a sign.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
