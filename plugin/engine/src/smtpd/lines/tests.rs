use super::*;

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
