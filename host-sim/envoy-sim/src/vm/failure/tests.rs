use super::*;

#[test]
fn names_have_an_end_and_no_control_characters() {
    for (len, cut) in [(NAME_CHARS_MAX - 1, false), (NAME_CHARS_MAX, false), (NAME_CHARS_MAX + 1, true)] {
        let name = printable(&"é".repeat(len));
        assert_eq!(name.ends_with('…'), cut, "{len}");
        assert_eq!(name.chars().filter(|c| *c == 'é').count(), len.min(NAME_CHARS_MAX));
    }
    assert_eq!(printable("a\x1b[31mb\r\nc"), "a?[31mb??c");
}
