use super::*;

#[test]
fn every_fault_is_read_as_it_is_written() {
    for (word, fault) in Fault::WORDS {
        assert_eq!(word.parse(), Ok(*fault));
        assert_eq!(fault.to_string(), *word);
    }
    assert_eq!("http-503".parse(), Ok(Fault::Status(503)));
    assert_eq!(Fault::Status(503).to_string(), "http-503");
}

#[test]
fn only_statuses_from_300_to_599_are_trouble() {
    for (text, is_one) in [
        ("http-299", false),
        ("http-300", true),
        ("http-599", true),
        ("http-600", false),
        ("http-0404", false),
        ("http-", false),
        ("http-5x3", false),
        ("503", false),
        ("SERVFAIL", false),
    ] {
        assert_eq!(text.parse::<Fault>().is_ok(), is_one, "{text}");
    }
}
