use proptest::prelude::*;

use super::*;

fn ends(client: &str, server: &str) -> Ends {
    Ends { client: client.parse().unwrap(), server: server.parse().unwrap() }
}

/// Version 2 with this command, family and rest.
fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [V2_START, &[command, family], &length, rest].concat()
}

const IPV4: [u8; 12] = [192, 0, 2, 10, 198, 51, 100, 1, 0xbd, 0x8f, 0, 25];

#[test]
fn both_versions_are_read_with_what_follows_them() {
    let expected = Some(ends("192.0.2.10:48527", "198.51.100.1:25"));
    for header in [b"PROXY TCP4 192.0.2.10 198.51.100.1 48527 25\r\n".to_vec(), v2(0x21, 0x11, &IPV4)] {
        for len in 0..header.len() {
            assert_eq!(parse(&header[..len]), Ok(None), "{len} bytes");
        }
        for rest in [&b""[..], b"EHLO early\r\n"] {
            assert_eq!(parse(&[&header, rest].concat()), Ok(Some((expected, header.len()))));
        }
    }
}

#[test]
fn a_mapped_address_is_an_ipv4_one() {
    let header = b"PROXY TCP6 ::ffff:192.0.2.10 ::ffff:198.51.100.1 4 25\r\n";
    assert_eq!(parse(header).unwrap().unwrap().0, Some(ends("192.0.2.10:4", "198.51.100.1:25")));
}

#[test]
fn a_proxy_that_speaks_for_itself_names_nobody() {
    for header in [b"PROXY UNKNOWN\r\n".to_vec(), v2(0x20, 0, &[]), v2(0x20, 0x11, &IPV4), v2(0x21, 0, &[])] {
        assert_eq!(parse(&header), Ok(Some((None, header.len()))), "{}", header.escape_ascii());
    }
}

#[test]
fn what_is_wrong_is_told_apart() {
    for (bytes, flaw) in [
        (b"E".to_vec(), Flaw::Missing),
        (b"EHLO x\r\n".to_vec(), Flaw::Missing),
        (b"PROXX".to_vec(), Flaw::Missing),
        (b"proxy TCP4 192.0.2.10 198.51.100.1 4 25\r\n".to_vec(), Flaw::Missing),
        (b"\r\n\r\n\0\r\nQUIX".to_vec(), Flaw::Missing),
        (b"PROXY TCP4 192.0.2.300 198.51.100.1 4 25\r\n".to_vec(), Flaw::Malformed),
        (b"PROXY TCP4 192.0.2.30 198.51.100.1 4 70000\r\n".to_vec(), Flaw::Malformed),
        (b"PROXY TCP4 192.0.2.30 198.51.100.1 4 25\n\r".to_vec(), Flaw::Malformed),
        (b"PROXY UDP4 192.0.2.30 198.51.100.1 4 25\r\n".to_vec(), Flaw::Malformed),
        (v2(0x31, 0x11, &IPV4), Flaw::Malformed),
        (v2(0x22, 0x11, &IPV4), Flaw::Malformed),
        (v2(0x21, 0x11, &IPV4[..11]), Flaw::Malformed),
        (v2(0x21, 0x12, &IPV4), Flaw::Datagram),
    ] {
        assert_eq!(parse(&bytes), Err(flaw), "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_header_has_a_longest_length_in_both_versions() {
    let rest = |len: usize| [&IPV4[..], &vec![0; len - V2_FIXED_BYTES - IPV4.len()]].concat();
    for (len, expected) in [
        (HEADER_BYTES_MAX - 1, Ok(HEADER_BYTES_MAX - 1)),
        (HEADER_BYTES_MAX, Ok(HEADER_BYTES_MAX)),
        (HEADER_BYTES_MAX + 1, Err(Flaw::TooLong)),
    ] {
        let header = v2(0x21, 0x11, &rest(len));
        assert_eq!(parse(&header).map(|header| header.unwrap().1), expected);
        // The length is judged as soon as it is known.
        assert_eq!(parse(&header[..V2_FIXED_BYTES]).is_err(), expected.is_err());
    }
    let unknown = |len: usize| [b"PROXY UNKNOWN ", vec![b'x'; len - 14].as_slice()].concat();
    assert_eq!(parse(&unknown(106)), Ok(None));
    assert_eq!(parse(&unknown(107)), Err(Flaw::Malformed));
}

#[test]
fn what_came_is_shown_and_nothing_raw() {
    assert_eq!(
        Flaw::Missing.text(b"EHLO \x1b[2J\r\n"),
        "expected a PROXY protocol header of version 1 or 2; came: \"EHLO \\033[2J\\r\\n\""
    );
    assert!(Flaw::Malformed.text(&[0xff; 5000]).len() < 400);
}

#[test]
fn headers_are_written_in_both_versions() {
    let four = ends("192.0.2.10:48527", "198.51.100.1:25");
    assert_eq!(write(Version::V1, four), b"PROXY TCP4 192.0.2.10 198.51.100.1 48527 25\r\n");
    assert_eq!(write(Version::V2, four), v2(0x21, 0x11, &IPV4));
    let six = ends("[2001:db8::1]:48527", "[2001:db8::2]:25");
    assert_eq!(write(Version::V1, six), b"PROXY TCP6 2001:db8::1 2001:db8::2 48527 25\r\n");
}

#[test]
fn the_longest_header_that_is_written_fits() {
    let long = "[abcd:abcd:abcd:abcd:abcd:abcd:abcd:abcd]:65535";
    for version in [Version::V1, Version::V2] {
        let header = write(version, ends(long, long));
        assert_eq!(parse(&header), Ok(Some((Some(ends(long, long)), header.len()))));
    }
}

#[test]
fn two_families_become_one() {
    let mixed = ends("192.0.2.10:4", "[2001:db8::2]:25");
    assert_eq!(write(Version::V1, mixed), b"PROXY TCP6 ::ffff:192.0.2.10 2001:db8::2 4 25\r\n");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        start in prop::sample::select(vec![&b""[..], V1_START, b"PROXY TCP4 ", V2_START, b"PROXY UNKNOWN"]),
        rest in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let bytes = [start, &rest].concat();
        match parse(&bytes) {
            Ok(Some((_, len))) => prop_assert!(len <= bytes.len()),
            Ok(None) => {}
            Err(flaw) => prop_assert!(flaw.text(&bytes).bytes().all(|byte| (b' '..=b'~').contains(&byte))),
        }
    }
}
