//! What a domain with macros comes to for one client.

use super::{DomainSpec, Letter, Macro, Part};
use crate::dns::{NAME_MAX, Name, NameError};
use std::fmt::Write;
use std::net::IpAddr;

/// What macros stand for.
#[derive(Clone, Copy, Debug)]
pub struct Macros<'a> {
    /// Who connected: `%{i}`, `%{v}`. An IPv4 address is one, not mapped to IPv6.
    pub client: IpAddr,
    /// The domain that the evaluation began with: `%{o}`, and in `%{s}`. It also stands for the name that the client
    /// gives in HELO (`%{h}`): before the greeting there was none.
    pub sender_domain: &'a Name,
    /// The domain of the record: `%{d}`.
    pub domain: &'a Name,
}

/// `%{l}` of a sender without a local part (RFC 7208, section 4.3).
const LOCAL: &str = "postmaster";
/// `%{p}`, as for a client without a name. RFC 7208 (section 7.3) says that nobody should use this macro; to know
/// better takes up to eleven more questions, to name servers of the client's choice.
const CLIENT_NAME: &str = "unknown";

impl DomainSpec {
    /// The domain for one client. What is too long loses labels at its beginning (RFC 7208, section 7.3).
    ///
    /// An error is a name that cannot be in DNS: with an empty label, or one of more than 63 bytes.
    pub fn expand(&self, macros: &Macros<'_>) -> Result<Name, NameError> {
        // From the end, and no further than a name and a dot can reach: a record can be made to grow a lot.
        let mut parts = Vec::new();
        let mut length = 0;
        for part in self.0.iter().rev() {
            let text = part.expand(macros);
            length += text.len();
            parts.push(text);
            if length > NAME_MAX + 1 {
                break;
            }
        }
        let text: String = parts.into_iter().rev().collect();
        let mut rest = text.strip_suffix('.').unwrap_or(&text);
        while rest.len() > NAME_MAX {
            (_, rest) = rest.split_once('.').ok_or(NameError::TooLong)?;
        }
        rest.parse()
    }
}

impl Part {
    fn expand(&self, macros: &Macros<'_>) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Macro(part) => part.expand(macros),
        }
    }
}

impl Macro {
    fn expand(&self, macros: &Macros<'_>) -> String {
        let value = self.letter.value(macros);
        let mut parts: Vec<&str> = value.split(|c| self.delimiters.contains(c)).collect();
        if self.reverses {
            parts.reverse();
        }
        let dropped = parts.len().saturating_sub(self.keeps);
        let text = parts.split_off(dropped).join(".");
        if self.escapes { escape_url(&text) } else { text }
    }
}

impl Letter {
    fn value(self, macros: &Macros<'_>) -> String {
        match self {
            Self::Sender => format!("{LOCAL}@{}", macros.sender_domain.to_text()),
            Self::Local => LOCAL.to_owned(),
            Self::SenderDomain | Self::Helo => macros.sender_domain.to_text(),
            Self::Domain => macros.domain.to_text(),
            Self::Client => dotted(macros.client),
            Self::ClientName => CLIENT_NAME.to_owned(),
            Self::Version if macros.client.is_ipv4() => "in-addr".to_owned(),
            Self::Version => "ip6".to_owned(),
            // In no domain, as its parser sees to.
            Self::OfExplanation => String::new(),
        }
    }
}

/// `203.0.113.9`, or the 32 digits of an IPv6 address with dots between them.
fn dotted(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let mut text = String::with_capacity(64);
            for octet in address.octets() {
                let dot = if text.is_empty() { "" } else { "." };
                // Writing to a String cannot fail.
                _ = write!(text, "{dot}{:x}.{:x}", octet >> 4, octet & 15);
            }
            text
        }
    }
}

/// All but the unreserved characters of RFC 3986 as `%` and two digits.
fn escape_url(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
