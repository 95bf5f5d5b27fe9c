use super::*;
use proptest::prelude::*;

#[test]
fn elapsed_has_two_significant_digits_and_no_trailing_zeros() {
    for (millis, expected) in [
        (0, "0"),
        (4, "0"),
        (5, "0.01"),
        (40, "0.04"),
        (500, "0.5"),
        (754, "0.75"),
        (755, "0.76"),
        (994, "0.99"),
        (996, "1"),
        (1_000, "1"),
        (1_260, "1.3"),
        (9_949, "9.9"),
        (9_950, "10"),
        (12_345, "12"),
        (12_500, "13"),
        (300_000, "300"),
    ] {
        assert_eq!(elapsed(Duration::from_millis(millis)), expected, "{millis} ms");
    }
}

#[test]
fn escapes_are_those_of_c() {
    assert_eq!(escape(b"EHLO early\\there\tx\x01\xff\r\n"), r"EHLO early\\there\tx\001\377\r\n");
    assert_eq!(escape(b"\x07\x08\x0b\x0c\0\x7f~ "), r"\a\b\v\f\000\177~ ");
}

#[test]
fn text_is_cut_below_at_and_above_the_limit() {
    for (length, expected) in [(99, 99), (100, 100), (101, 100)] {
        assert_eq!(escape(&vec![b'x'; length]).len(), expected);
    }
    assert!(escape(&[b'\xff'; 26]).ends_with(r"\377"), "25 escapes of four characters fill the text");
    assert!(escape(&[&[b'x'; 98][..], b"\xff"].concat()).ends_with(r"x\3"), "a cut inside an escape");
}

#[test]
fn the_first_bytes_are_escaped_whole() {
    for (length, expected) in [(99, 396), (100, 400), (101, 400)] {
        assert_eq!(escape_start(&vec![1; length]).len(), expected);
    }
    assert_eq!(escape_start(b"a\\\r"), r"a\\\r");
}

#[test]
fn what_is_not_printable_becomes_a_question_mark() {
    assert_eq!(printable("a\tb\u{e9}~\x7f".as_bytes(), 100), "a?b??~?");
    for (length, expected) in [(4, 4), (5, 5), (6, 5)] {
        assert_eq!(printable(&vec![0; length], 5).len(), expected);
    }
}

proptest! {
    #[test]
    fn nothing_raw_reaches_the_log(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let text = escape(&bytes);
        prop_assert!(text.len() <= CLIENT_TEXT_MAX);
        prop_assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
}
