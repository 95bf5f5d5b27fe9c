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

/// Reads all lines of `bytes`: each with whether it ended with LF alone.
fn lines(bytes: &[u8]) -> Vec<(Vec<u8>, bool)> {
    let mut reader = LineReader::new(20);
    let (mut rest, mut found) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (read, behind) = reader.read(rest);
        rest = behind;
        if let Read::Line { line, bare } = read {
            found.push((line, bare));
        }
    }
    found
}

#[test]
fn lines_end_with_cr_lf_or_lf() {
    for (bytes, expected) in [
        (&b"a\r\nb\n"[..], &[(&b"a"[..], false), (b"b", true)][..]),
        (b"\r\n\n", &[(b"", false), (b"", true)]),
        (b"\r\r\n", &[(b"\r", false)]),
        (b"a\rb\n", &[(b"a\rb", true)]),
        (b"a\0b\r\nc", &[(b"a\0b", false)]),
        (b"a\r", &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|(line, bare)| (line.to_vec(), *bare)).collect();
        assert_eq!(lines(bytes), expected);
    }
}

#[test]
fn a_line_may_come_in_pieces() {
    let mut reader = LineReader::new(20);
    for piece in [&b"a"[..], b"b", b"\r"] {
        assert_eq!(reader.read(piece), (Read::Partial, &[][..]));
    }
    let line = Read::Line { line: b"ab".to_vec(), bare: false };
    assert_eq!(reader.read(b"\nrest"), (line, &b"rest"[..]));
}

#[test]
fn the_limit_counts_the_end_of_the_line() {
    for (length, too_long) in [(19, false), (20, false), (21, true)] {
        let mut reader = LineReader::new(20);
        let text = format!("{}\n", "x".repeat(length - 1));
        assert_eq!(reader.read(text.as_bytes()).0 == Read::TooLong, too_long, "{length}");
    }
    let mut reader = LineReader::new(20);
    assert_eq!(reader.read(&[b'x'; 20]).0, Read::Partial);
    assert_eq!(reader.read(b"\n").0, Read::TooLong);
}

#[test]
fn any_text_is_an_address() {
    for (text, expected) in [
        ("<a@b>", "a@b"),
        ("  <a@b> SIZE=1", "a@b"),
        ("a@b SIZE=1", "a@b"),
        ("<>", ""),
        ("", ""),
        ("<a@b", "a@b"),
        ("a>b", "a>b"),
        (r#"<"a b"@c>"#, "a b@c"),
        (r#"<"a>b"@c>"#, "a>b@c"),
        (r"<a\>b@c>", "a>b@c"),
        (r#"<a\"b@c>"#, r#"a"b@c"#),
        (r"<a\", "a"),
        ("<@x,@y:a@b>", "a@b"),
        ("<@x:>", ""),
        ("<@x>", "@x"),
        ("<a:b@c>", "a:b@c"),
        ("<a b>", "a b"),
    ] {
        assert_eq!(extract(text.as_bytes()), expected.as_bytes(), "{text}");
    }
}

#[test]
fn quotes_stand_where_headers_need_them() {
    for (address, expected) in [
        ("", ""),
        ("a", "a"),
        ("a.b@c", "a.b@c"),
        ("a b@c", r#""a b"@c"#),
        ("a..b@c", r#""a..b"@c"#),
        (".a@c", r#"".a"@c"#),
        ("a.@c", r#""a."@c"#),
        ("@c", r#"""@c"#),
        ("a@b@c", r#""a@b"@c"#),
        (r#"a"b\c@d"#, r#""a\"b\\c"@d"#),
        ("a@b c", "a@b c"),
        ("\u{e9}@c", "\u{e9}@c"),
        ("a\r@c", "\"a\\\r\"@c"),
    ] {
        assert_eq!(quote(address.as_bytes()), expected.as_bytes(), "{address}");
    }
    for special in "()<>,;:[]\u{7f}\t".bytes() {
        let quoted = quote(&[b'a', special, b'@', b'b']);
        assert_eq!(quoted, [b'"', b'a', special, b'"', b'@', b'b']);
    }
}
