use super::Message;
#[cfg(feature = "signatures")]
use super::{put_bool, put_bytes};

#[cfg(feature = "signatures")]
#[test]
fn what_was_put_can_be_read() {
    let mut wire = Vec::new();
    put_bytes(&mut wire, 1, b"path");
    put_bytes(&mut wire, 2, &[b'x'; 300]);
    put_bytes(&mut wire, 3, b"");
    put_bool(&mut wire, 4, true);
    put_bool(&mut wire, 5, false);
    let message = Message::parse(&wire).unwrap();
    assert_eq!(message.text(1), Some("path"));
    assert_eq!(message.bytes(2).len(), 300);
    assert_eq!((message.number(4), message.number(5)), (1, 0));
    assert!(message.has(1) && !message.has(3) && !message.has(4));
}

#[test]
fn the_last_of_several_counts_and_unknown_fields_are_skipped() {
    // 1: "a", 9: fixed32, 10: fixed64, 1: "b".
    let wire = b"\x0a\x01a\x4d1234\x5112345678\x0a\x01b";
    assert_eq!(Message::parse(wire).unwrap().text(1), Some("b"));
}

#[test]
fn what_breaks_off_or_has_no_field_number_is_no_message() {
    for wire in
        [&b"\x0a\x02a"[..], b"\x0a", b"\x08", b"\x08\x80", b"\x4d123", b"\x0b", b"\x00\x01", b"resolver"]
    {
        assert!(Message::parse(wire).is_none(), "{wire:?}");
    }
    assert!(Message::parse(b"").is_some());
}

#[test]
fn a_number_has_ten_bytes_at_most() {
    for (len, good) in [(9, true), (10, true), (11, false)] {
        let mut wire = vec![0x08];
        wire.extend(vec![0x80; len - 1]);
        wire.push(1);
        assert_eq!(Message::parse(&wire).is_some(), good, "{len}");
    }
}

#[test]
fn text_must_be_utf_8_and_bytes_need_not() {
    let message = Message::parse(b"\x0a\x01\xff").unwrap();
    assert_eq!((message.text(1), message.bytes(1)), (None, &b"\xff"[..]));
}
