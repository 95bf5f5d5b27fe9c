use super::*;

#[test]
fn a_line_is_split_at_its_first_space() {
    for (line, verb, word, arguments) in [
        ("MAIL FROM:<a@b>", Some(Verb::Mail), "MAIL", "FROM:<a@b>"),
        ("  quit  x", Some(Verb::Quit), "quit", " x"),
        ("NOOP", Some(Verb::Noop), "NOOP", ""),
        ("NOOP\tx y", None, "NOOP\tx", "y"),
        ("RSET\0x", Some(Verb::Rset), "RSET", ""),
        ("MAIL: x", None, "MAIL:", "x"),
        ("", None, "", ""),
        ("  ", None, "", ""),
        ("\0", None, "", ""),
    ] {
        let (word, arguments) = (word.as_bytes(), arguments.as_bytes());
        assert_eq!(Command::parse(line.as_bytes()), Command { verb, word, arguments }, "{line:?}");
    }
}

#[test]
fn every_verb_is_found_by_its_name_in_any_case() {
    for verb in Verb::ALL {
        for line in [verb.name().to_owned(), verb.name().to_lowercase()] {
            assert_eq!(Command::parse(line.as_bytes()).verb, Some(verb));
        }
    }
}

#[test]
fn arguments_are_words_or_what_stands_behind_a_colon() {
    let argument = |line: &'static str| Command::parse(line.as_bytes()).argument();
    assert_eq!(argument("HELO  x y"), Some(&b"x"[..]));
    assert_eq!(argument("HELO   "), None);
    let behind = |line: &'static str| Command::parse(line.as_bytes()).behind_colon();
    assert_eq!(behind("MAIL FROM:a:b"), Some(&b"a:b"[..]));
    assert_eq!(behind("MAIL FROM:"), Some(&b""[..]));
    assert_eq!(behind("MAIL FROM"), None);
}
