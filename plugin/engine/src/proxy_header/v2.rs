//! Version 2, in binary: signature (12 bytes), version and command, family and transport, length of the rest
//! (2 bytes, big endian); then the two addresses, the two ports, and extensions (TLVs), which Postfix skips.

use super::{Parsed, ProxyError};
use std::net::{IpAddr, SocketAddr};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
const HEAD_LEN: usize = 16;

const VERSION_MASK: u8 = 0xf0;
const VERSION_2: u8 = 0x20;
const COMMAND_MASK: u8 = 0x0f;
const LOCAL: u8 = 0;
const PROXY: u8 = 1;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;

/// Reads the header, checking in Postfix's order.
pub fn parse(bytes: &[u8]) -> Result<Parsed, ProxyError> {
    let (head, rest) = bytes.split_first_chunk::<HEAD_LEN>().ok_or(ProxyError::ShortHeader)?;
    let &[.., version_and_command, protocol, len_high, len_low] = head;
    if !head.starts_with(SIGNATURE) {
        return Err(ProxyError::UnrecognizedHeader);
    }
    if version_and_command & VERSION_MASK != VERSION_2 {
        return Err(ProxyError::UnrecognizedVersion);
    }
    let rest_len = usize::from(u16::from_be_bytes([len_high, len_low]));
    let rest = rest.get(..rest_len).ok_or(ProxyError::ShortVersion2Header)?;
    let endpoints = match version_and_command & COMMAND_MASK {
        LOCAL => None,
        PROXY => Some(match protocol {
            TCP_OVER_IPV4 => read_endpoints::<4>(rest)?,
            TCP_OVER_IPV6 => read_endpoints::<16>(rest)?,
            _ => return Err(ProxyError::UnsupportedNetworkProtocol),
        }),
        _ => return Err(ProxyError::BadCommand),
    };
    Ok(Parsed { len: HEAD_LEN + rest_len, endpoints })
}

/// Client address, server address, client port, server port; an address has `N` bytes.
fn read_endpoints<const N: usize>(field: &[u8]) -> Result<(SocketAddr, SocketAddr), ProxyError>
where
    IpAddr: From<[u8; N]>,
{
    let read = || {
        let (&client, rest) = field.split_first_chunk::<N>()?;
        let (&server, rest) = rest.split_first_chunk::<N>()?;
        let (&client_port, rest) = rest.split_first_chunk::<2>()?;
        let (&server_port, _extensions) = rest.split_first_chunk::<2>()?;
        Some((endpoint(client.into(), client_port), endpoint(server.into(), server_port)))
    };
    read().ok_or(ProxyError::ShortAddressField)
}

fn endpoint(address: IpAddr, port: [u8; 2]) -> SocketAddr {
    SocketAddr::new(address.to_canonical(), u16::from_be_bytes(port))
}
