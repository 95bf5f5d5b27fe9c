mod version1;
mod version2;

use super::*;
use proptest::prelude::*;

/// The header's length and endpoints, as text.
fn read(bytes: &[u8]) -> Result<(usize, String), ProxyError> {
    let Parsed { len, endpoints } = parse(bytes)?;
    let text = match endpoints {
        Some((client, server)) => format!("{client} {server}"),
        None => "local".to_owned(),
    };
    Ok((len, text))
}

#[test]
fn what_is_neither_version_is_a_bad_version_2() {
    for (input, error) in [
        (&b""[..], ProxyError::ShortHeader),
        (b"EHLO x\r\n", ProxyError::ShortHeader),
        (b"PROXY", ProxyError::ShortHeader),
        (b"EHLO x.example\r", ProxyError::ShortHeader),
        (b"EHLO x.example\r\n", ProxyError::UnrecognizedHeader),
        (b"proxy TCP4 1.2.3.4 4.3.2.1 123 321\r\n", ProxyError::UnrecognizedHeader),
        (b" PROXY TCP4 1.2.3.4 4.3.2.1 123 321\r\n", ProxyError::UnrecognizedHeader),
    ] {
        assert_eq!(parse(input), Err(error), "{}", input.escape_ascii());
    }
}

#[test]
fn errors_are_logged_in_postfix_words() {
    for (input, expected) in [
        (
            &b"PROXY UNKNOWN\r\n"[..],
            r"warning: haproxy read: bad or missing protocol type: PROXY UNKNOWN\r\n",
        ),
        (b"EHLO x\r\n", r"warning: haproxy read: short protocol header: EHLO x\r\n"),
        (
            b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0",
            r"warning: haproxy read: unrecognized protocol version: \r\n\r\n\000\r\nQUIT\n1\021\000\000",
        ),
    ] {
        let line = parse(input).unwrap_err().line(input);
        assert_eq!(line.text, expected);
        assert_eq!(line.severity, Severity::Warning);
    }
}

#[test]
fn a_logged_header_is_cut_where_postfix_cuts_it() {
    let start = "warning: haproxy read: unrecognized protocol header: ";
    for (input, expected) in [
        (vec![b'x'; HEADER_LEN_MAX], start.len() + HEADER_LEN_MAX),
        (vec![b'x'; HEADER_LEN_MAX + 1], start.len() + HEADER_LEN_MAX),
        (vec![0xff; HEADER_LEN_MAX], "warning: ".len() + 2_000),
    ] {
        let line = parse(&input).unwrap_err().line(&input);
        assert!(line.text.starts_with(start), "{}", line.text);
        assert_eq!(line.text.len(), expected, "{} bytes", input.len());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        start in prop::sample::select(vec![&b""[..], b"PROXY ", b"PROXY TCP4 ", b"\r\n\r\n\0\r\nQUIT\n"]),
        rest in proptest::collection::vec(any::<u8>(), 0..700),
    ) {
        let bytes = [start, &rest].concat();
        match parse(&bytes) {
            Ok(parsed) => prop_assert!((1..=HEADER_LEN_MAX.min(bytes.len())).contains(&parsed.len)),
            Err(error) => {
                let text = error.line(&bytes).text;
                prop_assert!(text.len() <= "warning: ".len() + TEXT_MAX);
                prop_assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }

    #[test]
    fn words_in_any_order_are_read_or_refused(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "TCP4", "tcp6", "1.2.3.4", "01.2.3.4", "::ffff:1.2.3.4", "::", "0", "25", "\r", "\n", "",
            ]),
            0..9,
        )
    ) {
        let bytes = format!("PROXY {}\n", words.join(" ")).into_bytes();
        if let Ok(parsed) = parse(&bytes) {
            prop_assert_eq!(bytes[parsed.len - 1], b'\n');
            prop_assert!(parsed.endpoints.is_some());
        }
    }
}
