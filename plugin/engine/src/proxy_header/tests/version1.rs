use super::*;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

#[test]
fn good_lines() {
    for (line, endpoints) in [
        ("TCP4 1.2.3.4 4.3.2.1 123 321\r\n", "1.2.3.4:123 4.3.2.1:321"),
        ("TCP4 1.2.3.4 4.3.2.1 123 321\n", "1.2.3.4:123 4.3.2.1:321"),
        ("tcp4 1.2.3.4 4.3.2.1 0 65535\r\n", "1.2.3.4:0 4.3.2.1:65535"),
        ("  TCP4\r1.2.3.4  4.3.2.1 123 321 and more words \r\r\n", "1.2.3.4:123 4.3.2.1:321"),
        ("TCP4 0.0.0.0 255.255.255.255 1 2\n", "0.0.0.0:1 255.255.255.255:2"),
        ("TCP4 01.02.03.04 04.03.02.01 123 321\n", "1.2.3.4:123 4.3.2.1:321"),
        ("TCP4 010.0.0.1 000.00.0.0 123 321\n", "8.0.0.1:123 0.0.0.0:321"),
        ("TCP6 2001:db8::10 2001:DB8::1 123 321\r\n", "[2001:db8::10]:123 [2001:db8::1]:321"),
        ("TCP6 fc:00:00:00:1:2:3:4 FC:00:00:00:4:3:2:1 123 321\n", "[fc::1:2:3:4]:123 [fc::4:3:2:1]:321"),
        ("TCP6 ::ffff:1.2.3.4 ::FFFF:4.3.2.1 123 321\n", "1.2.3.4:123 4.3.2.1:321"),
        ("Tcp6 ::ffff:102:304 :: 123 321\n", "1.2.3.4:123 [::]:321"),
        ("TCP6 1:2:3:4:5::1.2.3.4 ::3:4:5:6:7:8 1 2\n", "[1:2:3:4:5:0:102:304]:1 [::3:4:5:6:7:8]:2"),
        ("TCP6 1:2:3:4:5:6:1.2.3.4 1:2:3:4:5:6:7:8 1 2\n", "[1:2:3:4:5:6:102:304]:1 [1:2:3:4:5:6:7:8]:2"),
    ] {
        let line = format!("PROXY {line}");
        let expected = Ok((line.len(), endpoints.to_owned()));
        assert_eq!(read(line.as_bytes()), expected, "{line:?}");
        let talk = format!("{line}EHLO early\r\n");
        assert_eq!(read(talk.as_bytes()), expected, "what follows is the client's");
        let cut = &line.as_bytes()[..line.len() - 1];
        assert_eq!(parse(cut), Err(ProxyError::MissingTerminator), "{line:?} without its last byte");
    }
}

#[test]
fn bad_lines() {
    use ProxyError::*;
    for (line, error) in [
        ("TCP4 1.2.3.4 4.3.2.1 123 321\0\r\n", MissingTerminator),
        ("\r\n", BadType),
        ("UNKNOWN\r\n", BadType),
        ("UNKNOWN 1.2.3.4 4.3.2.1 123 321\r\n", BadType),
        ("TCP 1.2.3.4 4.3.2.1 123 321\r\n", BadType),
        ("UDP4 1.2.3.4 4.3.2.1 123 321\r\n", BadType),
        ("PROXY TCP4 1.2.3.4 4.3.2.1 123 321\r\n", BadType),
        ("TCP4\r\n", BadClientAddress),
        ("TCP4\t1.2.3.4 4.3.2.1 123 321\r\n", BadType),
        ("TCP4 ::ffff:1.2.3.4 ::ffff:4.3.2.1 123 321\r\n", BadClientAddress),
        ("TCP6 1.2.3.4 4.3.2.1 123 321\r\n", BadClientAddress),
        ("TCP4 1.2.3.4\r\n", BadServerAddress),
        ("TCP4 1.2.3.4 ::ffff:4.3.2.1 123 321\r\n", BadServerAddress),
        ("TCP6 fc::1 4.3.2.1 123 321\r\n", BadServerAddress),
        ("TCP4 1.2.3.4 4.3.2.1\r\n", BadClientPort),
        ("TCP4 1.2.3.4 4.3.2.1 123\r\n", BadServerPort),
    ] {
        let line = format!("PROXY {line}");
        assert_eq!(parse(line.as_bytes()), Err(error), "{line:?}");
    }
    assert_eq!(parse(b"PROXY TCP4 1.2.3.4 4.3.2.1 \xff 321\r\n"), Err(BadClientPort));
}

#[test]
fn bad_addresses() {
    let long = format!("{}1.2.3.4", "0".repeat(39));
    for (family, address) in [
        ("TCP4", "1.2.3"),
        ("TCP4", "1.2.3.4.5"),
        ("TCP4", "1.2.3.4."),
        ("TCP4", ".1.2.3.4"),
        ("TCP4", "1..3.4"),
        ("TCP4", "1.2.3.256"),
        ("TCP4", "1.2.3.+4"),
        ("TCP4", "0x1.2.3.4"),
        ("TCP4", "0.1.2.3"),
        ("TCP4", "0.0.0.1"),
        ("TCP4", "08.1.1.1"),
        ("TCP4", "0377.1.1.1"),
        ("TCP4", &long),
        ("TCP4", "[1.2.3.4]"),
        ("TCP6", "1"),
        ("TCP6", ":1"),
        ("TCP6", "1:"),
        ("TCP6", "1::2::3"),
        ("TCP6", "12345::"),
        ("TCP6", "g::"),
        ("TCP6", "fe80::1%eth0"),
        ("TCP6", "[::1]"),
        ("TCP6", "1:2:3:4:5:6:7"),
        ("TCP6", "1:2:3:4:5:6:7:8:9"),
        ("TCP6", "1:2:3:4:5:6:7::"),
        ("TCP6", "::2:3:4:5:6:7:8"),
        ("TCP6", "::2:3:4:5:6:1.2.3.4"),
        ("TCP6", "::ffff:01.2.3.4"),
        ("TCP6", "::ffff:0.1.2.3"),
        ("TCP6", "::ffff:1.2.3"),
        ("TCP6", "::1.2.3.4:5"),
    ] {
        let line = format!("PROXY {family} {address} {address} 1 2\n");
        assert_eq!(parse(line.as_bytes()), Err(ProxyError::BadClientAddress), "{line:?}");
    }
}

#[test]
fn an_address_has_45_characters_at_most() {
    for (zeros, expected) in [(37, true), (38, true), (39, false)] {
        let line = format!("PROXY TCP4 {}1.2.3.4 4.3.2.1 1 2\n", "0".repeat(zeros));
        assert_eq!(parse(line.as_bytes()).is_ok(), expected, "{} characters", zeros + 7);
    }
}

#[test]
fn bad_ports() {
    for port in ["00", "0123", "65536", "123456", "-1", "+1", "12a", "0x1", "1.2"] {
        let line = format!("PROXY TCP4 1.2.3.4 4.3.2.1 {port} 2\n");
        assert_eq!(parse(line.as_bytes()), Err(ProxyError::BadClientPort), "{line:?}");
        let line = format!("PROXY TCP4 1.2.3.4 4.3.2.1 1 {port}\n");
        assert_eq!(parse(line.as_bytes()), Err(ProxyError::BadServerPort), "{line:?}");
    }
}

#[test]
fn the_line_ends_within_the_bytes_that_are_looked_at() {
    let line = b"PROXY TCP4 1.2.3.4 4.3.2.1 123 321";
    for (len, expected) in [
        (HEADER_LEN_MAX - 1, Ok(HEADER_LEN_MAX - 1)),
        (HEADER_LEN_MAX, Ok(HEADER_LEN_MAX)),
        (HEADER_LEN_MAX + 1, Err(ProxyError::MissingTerminator)),
    ] {
        let mut bytes = line.to_vec();
        bytes.resize(len - 1, b' ');
        bytes.extend(b"\nEHLO x\r\n");
        assert_eq!(parse(&bytes).map(|parsed| parsed.len), expected, "{len} bytes");
    }
}

proptest! {
    #[test]
    fn a_line_says_what_was_written(
        v4 in any::<[[u8; 4]; 2]>(),
        v6 in any::<[[u8; 16]; 2]>(),
        ports in any::<[u16; 2]>(),
    ) {
        let v4 = v4.map(Ipv4Addr::from);
        prop_assume!(v4.iter().all(|address| address.octets()[0] != 0));
        let v6 = v6.map(Ipv6Addr::from);
        let v4_line = format!("PROXY TCP4 {} {} {} {}\r\n", v4[0], v4[1], ports[0], ports[1]);
        let mapped = v4.map(|address| address.to_ipv6_mapped());
        let mapped_line = format!("PROXY TCP6 {} {} {} {}\r\n", mapped[0], mapped[1], ports[0], ports[1]);
        let endpoints = Some(((v4[0], ports[0]).into(), (v4[1], ports[1]).into()));
        prop_assert_eq!(parse(v4_line.as_bytes()), Ok(Parsed { len: v4_line.len(), endpoints }));
        prop_assert_eq!(parse(mapped_line.as_bytes()), Ok(Parsed { len: mapped_line.len(), endpoints }));

        let v6_line = format!("PROXY TCP6 {} {} {} {}\r\n", v6[0], v6[1], ports[0], ports[1]);
        let ends = v6.map(|address| address.to_canonical());
        let endpoints = Some(((ends[0], ports[0]).into(), (ends[1], ports[1]).into()));
        prop_assert_eq!(parse(v6_line.as_bytes()), Ok(Parsed { len: v6_line.len(), endpoints }));
    }
}
