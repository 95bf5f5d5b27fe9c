use super::*;

#[test]
fn a_character_up_to_255_is_one_byte() {
    assert_eq!(bytes("A\0\r\n\u{80}\u{ff}"), Ok(vec![65, 0, 13, 10, 128, 255]));
}

#[test]
fn a_character_above_255_is_refused_by_name() {
    assert!(bytes("a\u{100}").unwrap_err().contains("`\u{100}` is no byte"));
}

#[test]
fn an_empty_text_is_refused() {
    assert!(bytes("").is_err());
}

#[test]
fn escaping_shows_every_byte_in_printable_characters() {
    assert_eq!(escaped(b"a b~\r\n\t\\\"\0\x1f\x7f\xff"), r#"a b~\r\n\t\\\"\x00\x1f\x7f\xff"#);
}
