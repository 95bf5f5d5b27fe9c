use super::Place;

#[test]
fn a_place_is_an_address_or_a_path() {
    for text in ["127.0.0.1:2525", "[::1]:25", "unix:/run/screen.sock", "unix:screen.sock"] {
        assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
    }
}

#[test]
fn what_is_neither_says_what_was_expected() {
    for text in ["", "25", "localhost:25", "127.0.0.1", "::1:25:x", "unix:", "127.0.0.1:65536"] {
        assert!(text.parse::<Place>().unwrap_err().contains("such as 0.0.0.0:25"), "{text}");
    }
}
