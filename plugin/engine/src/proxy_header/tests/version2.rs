use super::*;
use proptest::prelude::*;
use std::net::IpAddr;

const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;

/// 1.2.3.4:123 to 4.3.2.1:321.
const V4: &[u8] = &[1, 2, 3, 4, 4, 3, 2, 1, 0, 123, 1, 65];
/// `[2001:db8::10]:123` to `[2001:db8::1]:321`.
const V6: &[u8] =
    b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\x7b\x01\x41";
/// The same as [`V4`], IPv4-mapped.
const MAPPED: &[u8] =
    b"\0\0\0\0\0\0\0\0\0\0\xff\xff\x01\x02\x03\x04\0\0\0\0\0\0\0\0\0\0\xff\xff\x04\x03\x02\x01\0\x7b\x01\x41";

/// A header that says that `said_len` bytes follow.
fn header(command: u8, protocol: u8, said_len: usize, rest: &[u8]) -> Vec<u8> {
    let len = u16::try_from(said_len).unwrap().to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n", &[command, protocol][..], &len, rest].concat()
}

fn honest(command: u8, protocol: u8, rest: &[u8]) -> Vec<u8> {
    header(command, protocol, rest.len(), rest)
}

#[test]
fn good_headers() {
    for (command, protocol, rest, endpoints) in [
        (PROXY, TCP4, V4.to_vec(), "1.2.3.4:123 4.3.2.1:321"),
        (PROXY, TCP6, V6.to_vec(), "[2001:db8::10]:123 [2001:db8::1]:321"),
        (PROXY, TCP6, MAPPED.to_vec(), "1.2.3.4:123 4.3.2.1:321"),
        (PROXY, TCP4, [V4, b"\x04\0\x01x"].concat(), "1.2.3.4:123 4.3.2.1:321"),
        (PROXY, TCP6, [V6, b"no extension"].concat(), "[2001:db8::10]:123 [2001:db8::1]:321"),
        (PROXY, TCP4, vec![0; 12], "0.0.0.0:0 0.0.0.0:0"),
        (LOCAL, 0, vec![], "local"),
        (LOCAL, TCP4, V4.to_vec(), "local"),
        (LOCAL, 0xff, b"\x04\0\x01x".to_vec(), "local"),
    ] {
        let bytes = honest(command, protocol, &rest);
        let expected = Ok((bytes.len(), endpoints.to_owned()));
        assert_eq!(read(&bytes), expected, "{}", bytes.escape_ascii());
        let talk = [&bytes[..], b"EHLO early\r\n"].concat();
        assert_eq!(read(&talk), expected, "what follows is the client's");
        let cut = parse(&bytes[..bytes.len() - 1]);
        let error = if rest.is_empty() { ProxyError::ShortHeader } else { ProxyError::ShortVersion2Header };
        assert_eq!(cut, Err(error), "without its last byte");
    }
}

#[test]
fn bad_headers() {
    use ProxyError::*;
    for (bytes, error) in [
        (honest(0x11, TCP4, V4), UnrecognizedVersion),
        (honest(0x31, TCP4, V4), UnrecognizedVersion),
        (honest(0x22, TCP4, V4), BadCommand),
        (honest(0x2f, TCP4, V4), BadCommand),
        (honest(PROXY, 0x00, V4), UnsupportedNetworkProtocol),
        (honest(PROXY, 0x10, V4), UnsupportedNetworkProtocol),
        (honest(PROXY, 0x12, V4), UnsupportedNetworkProtocol),
        (honest(PROXY, 0x22, V6), UnsupportedNetworkProtocol),
        (honest(PROXY, 0x31, &[b'/'; 216]), UnsupportedNetworkProtocol),
        (honest(PROXY, TCP6, V4), ShortAddressField),
        (honest(PROXY, TCP4, &[]), ShortAddressField),
    ] {
        assert_eq!(parse(&bytes), Err(error), "{}", bytes.escape_ascii());
    }
    let mut other_signature = honest(PROXY, TCP4, V4);
    other_signature[11] = b'\r';
    assert_eq!(parse(&other_signature), Err(UnrecognizedHeader));
}

#[test]
fn a_length_that_lies() {
    use ProxyError::*;
    for (said_len, expected) in [
        (11, Err(ShortAddressField)),
        (12, Ok(28)),
        (13, Err(ShortVersion2Header)),
        (65_535, Err(ShortVersion2Header)),
    ] {
        let bytes = header(PROXY, TCP4, said_len, V4);
        assert_eq!(parse(&bytes).map(|parsed| parsed.len), expected, "{said_len}");
    }
    for (said_len, expected) in [
        (35, Err(ShortAddressField)),
        (36, Ok(52)),
        (37, Err(ShortVersion2Header)),
        (12, Err(ShortAddressField)),
    ] {
        let bytes = header(PROXY, TCP6, said_len, V6);
        assert_eq!(parse(&bytes).map(|parsed| parsed.len), expected, "{said_len}");
    }
    let bytes = header(LOCAL, 0, 13, V4);
    assert_eq!(parse(&bytes), Err(ShortVersion2Header), "also when the rest is skipped");
}

#[test]
fn the_header_ends_within_the_bytes_that_are_looked_at() {
    for (len, expected) in [
        (HEADER_LEN_MAX - 1, Ok(HEADER_LEN_MAX - 1)),
        (HEADER_LEN_MAX, Ok(HEADER_LEN_MAX)),
        (HEADER_LEN_MAX + 1, Err(ProxyError::ShortVersion2Header)),
    ] {
        let mut rest = V4.to_vec();
        rest.resize(len - 16, 0);
        let bytes = [&honest(PROXY, TCP4, &rest)[..], b"EHLO x\r\n"].concat();
        assert_eq!(parse(&bytes).map(|parsed| parsed.len), expected, "{len} bytes");
    }
}

proptest! {
    #[test]
    fn a_header_says_what_was_written(
        v4 in any::<[[u8; 4]; 2]>(),
        v6 in any::<[[u8; 16]; 2]>(),
        ports in any::<[u16; 2]>(),
        extensions in proptest::collection::vec(any::<u8>(), 0..400),
        talk in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let port_bytes = ports.map(u16::to_be_bytes).concat();
        for (protocol, rest, ends) in [
            (TCP4, v4.concat(), v4.map(IpAddr::from)),
            (TCP6, v6.concat(), v6.map(|address| IpAddr::from(address).to_canonical())),
        ] {
            let bytes = honest(PROXY, protocol, &[&rest[..], &port_bytes, &extensions].concat());
            let endpoints = Some(((ends[0], ports[0]).into(), (ends[1], ports[1]).into()));
            let expected = Ok(Parsed { len: bytes.len(), endpoints });
            prop_assert_eq!(parse(&[bytes, talk.clone()].concat()), expected);
        }
    }
}
