//! Addresses in MAIL and RCPT: read without judging, written into the log as people write them.

/// Reads the address behind the colon (postscreen's `psc_extract_addr`): in angle brackets, or up to a space. Quotes
/// and backslashes go, and so does a source route. Whatever the client sent is an address, also nothing at all.
pub(super) fn extract(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.iter().copied().skip_while(|&byte| byte == b' ').peekable();
    let end = match bytes.next_if_eq(&b'<') {
        Some(_) => b'>',
        None => b' ',
    };
    let mut address = Vec::new();
    let mut quoted = false;
    while let Some(byte) = bytes.next() {
        match byte {
            _ if byte == end && !quoted => break,
            b'"' => quoted = !quoted,
            b'\\' => address.extend(bytes.next()),
            _ => address.push(byte),
        }
    }
    if address.first() == Some(&b'@')
        && let Some(colon) = address.iter().position(|&byte| byte == b':')
    {
        address.drain(..=colon);
    }
    address
}

/// Writes an address as it stands in mail headers: with quotes around its local part if that is needed (RFC 5322,
/// section 3.4.1; Postfix's default `info_log_address_format = external`).
pub(super) fn quote(address: &[u8]) -> Vec<u8> {
    if address.is_empty() {
        return Vec::new();
    }
    let at = address.iter().rposition(|&byte| byte == b'@').unwrap_or(address.len());
    let (local, domain) = address.split_at_checked(at).unwrap_or((address, &[]));
    if is_dot_string(local) {
        return address.to_vec();
    }
    let mut quoted = vec![b'"'];
    for &byte in local {
        if matches!(byte, b'"' | b'\\' | b'\r') {
            quoted.push(b'\\');
        }
        quoted.push(byte);
    }
    quoted.push(b'"');
    quoted.extend_from_slice(domain);
    quoted
}

/// Whether a local part needs no quotes. Postfix takes bytes above 127 for letters.
fn is_dot_string(local: &[u8]) -> bool {
    let plain = |&byte: &u8| !byte.is_ascii_control() && !br#" ()<>@,;:\"[]"#.contains(&byte);
    local.split(|&byte| byte == b'.').all(|atom| !atom.is_empty() && atom.iter().all(plain))
}

#[cfg(test)]
mod tests;
