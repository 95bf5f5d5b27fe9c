use super::*;

/// The replies, without line ends, to what is sent in one piece.
fn replies(sink: &mut Sink, sent: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    sink.receive(sent, &mut out);
    String::from_utf8(out).unwrap().split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_whole_delivery_is_accepted() {
    let mut sink = Sink::default();
    assert_eq!(sink.greeting(), b"220 mx.test ESMTP\r\n");
    for (sent, reply) in [
        ("EHLO client.test\r\n", "250 mx.test"),
        ("helo client.test\r\n", "250 mx.test"),
        ("MAIL FROM:<a@client.test>\r\n", "250 2.0.0 Ok"),
        ("RCPT TO:<b@mx.test>\r\n", "250 2.0.0 Ok"),
        ("RSET\r\n", "250 2.0.0 Ok"),
        ("NOOP\r\n", "250 2.0.0 Ok"),
        ("DATA\r\n", "354 End data with <CR><LF>.<CR><LF>"),
    ] {
        assert_eq!(replies(&mut sink, sent.as_bytes()), [reply], "{sent}");
    }
    assert!(replies(&mut sink, b"Subject: x\r\n\r\nQUIT\r\n..\r\n").is_empty());
    assert_eq!(replies(&mut sink, b".\r\nQUIT\r\nNOOP\r\n"), ["250 2.0.0 Ok", "221 2.0.0 Bye"]);
}

#[test]
fn after_quit_the_sink_closes_and_hears_nothing() {
    let mut sink = Sink::default();
    let mut out = Vec::new();
    assert_eq!(sink.receive(b"QUIT\r\n", &mut out), Stay::Close);
    out.clear();
    assert_eq!(sink.receive(b"NOOP\r\n", &mut out), Stay::Close);
    assert!(out.is_empty());
}

#[test]
fn anything_else_is_an_error() {
    for sent in ["\r\n", "\n", "VRFY x\r\n", "\0\u{7f}\r\n", "NOOPS\r\n", " NOOP\r\n"] {
        assert_eq!(replies(&mut Sink::default(), sent.as_bytes()), ["502 5.5.2 Error"], "{sent:?}");
    }
}

#[test]
fn lines_may_arrive_byte_by_byte_and_end_with_a_bare_line_feed() {
    let mut sink = Sink::default();
    let mut out = Vec::new();
    for byte in b"NOOP\nQUIT\r\n" {
        sink.receive(&[*byte], &mut out);
    }
    assert_eq!(out, b"250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n");
}

#[test]
fn a_line_of_2048_bytes_is_read_and_a_longer_one_is_an_error() {
    for (total, reply) in [(2_047, "250 2.0.0 Ok"), (2_048, "250 2.0.0 Ok"), (2_049, "502 5.5.2 Error")] {
        let line = format!("NOOP {}\r\n", "x".repeat(total - 7));
        assert_eq!(replies(&mut Sink::default(), line.as_bytes()), [reply], "{total} in one piece");
        let mut sink = Sink::default();
        let mut out = Vec::new();
        for byte in line.as_bytes() {
            sink.receive(&[*byte], &mut out);
            assert!(sink.line.len() <= LINE_BYTES_MAX);
        }
        assert_eq!(out, format!("{reply}\r\n").as_bytes(), "{total} byte by byte");
    }
}

#[test]
fn after_a_line_that_is_too_long_the_next_one_counts_again() {
    let mut sink = Sink::default();
    let long = "x".repeat(3 * LINE_BYTES_MAX);
    assert_eq!(
        replies(&mut sink, format!("{long}\r\nNOOP\r\n").as_bytes()),
        ["502 5.5.2 Error", "250 2.0.0 Ok"]
    );
}
