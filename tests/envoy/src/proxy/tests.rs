use super::header;

#[test]
fn odd_ports_get_a_line() {
    assert_eq!(
        String::from_utf8(header("203.0.113.9:40001".parse().unwrap())).unwrap(),
        "PROXY TCP4 203.0.113.9 198.51.100.25 40001 25\r\n"
    );
    assert_eq!(
        String::from_utf8(header("[2001:db8::9]:40001".parse().unwrap())).unwrap(),
        "PROXY TCP6 2001:db8::9 2001:db8::25 40001 25\r\n"
    );
}

#[test]
fn even_ports_get_the_binary_form() {
    let header_v4 = header("203.0.113.9:40000".parse().unwrap());
    assert_eq!(header_v4[..16], *b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c");
    assert_eq!(header_v4[16..], [203, 0, 113, 9, 198, 51, 100, 25, 0x9c, 0x40, 0, 25]);
    let header_v6 = header("[2001:db8::9]:40000".parse().unwrap());
    assert_eq!(header_v6[..16], *b"\r\n\r\n\0\r\nQUIT\n\x21\x21\x00\x24");
    assert_eq!(header_v6.len(), 16 + 36);
}
