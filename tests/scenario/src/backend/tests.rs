use super::*;
use crate::story::MailServer;

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

const MS: Duration = Duration::from_millis(1);

fn session(mail_server: &str) -> MailSession {
    let yaml =
        format!("about: x\nclients: {{ a: {{ from: '::1', script: [] }} }}\nmail_server: {mail_server}\n");
    let story = crate::parse("s", &yaml).unwrap_or_else(|mistake| panic!("{mistake}"));
    let MailServer::Serves(manners) = story.mail_server else { panic!("{mail_server}: does not serve") };
    MailSession::new(&manners, Duration::ZERO)
}

/// Everything that is done until nothing is planned any more, with its milliseconds.
fn all(session: &mut MailSession) -> Vec<(u128, String)> {
    let mut done = Vec::new();
    while let Some(now) = session.deadline() {
        while let Some(word) = session.next(now) {
            let text = match word {
                Word::Say(bytes) => String::from_utf8(bytes).unwrap(),
                Word::Close => "close".to_owned(),
                Word::Reset => "reset".to_owned(),
            };
            done.push((now.as_millis(), text));
        }
    }
    done
}

fn texts(done: &[(u128, String)]) -> Vec<&str> {
    done.iter().map(|(_, text)| text.as_str()).collect()
}

#[test]
fn by_default_it_greets_at_once_answers_and_closes_after_quit() {
    let mut session = session("{}");
    assert_eq!(all(&mut session), [(0, "220 mx.test ESMTP\r\n".to_owned())]);
    session.receive(b"NOOP\r\nQUIT\r\n", 7 * MS);
    assert_eq!(texts(&all(&mut session)), ["250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n", "close"]);
    session.receive(b"NOOP\r\n", 8 * MS);
    assert_eq!(session.deadline(), None);
}

#[test]
fn pieces_come_one_after_the_other() {
    let mut session = session("{ greeting: \"220 x\\r\\n\", after: 500ms, piece_bytes: 3, pause: 100ms }");
    let said = [(500, "220"), (600, " x\r"), (700, "\n")].map(|(at, text)| (at, text.to_owned()));
    assert_eq!(all(&mut session), said);
}

#[test]
fn commands_before_the_greeting_are_answered_after_it() {
    let mut session = session("{ greeting: \"220 x\\r\\n\", after: 500ms }");
    session.receive(b"NOOP\r\n", MS);
    let said = [(500, "220 x\r\n"), (500, "250 2.0.0 Ok\r\n")].map(|(at, text)| (at, text.to_owned()));
    assert_eq!(all(&mut session), said);
}

#[test]
fn it_can_leave_after_its_greeting() {
    assert_eq!(texts(&all(&mut session("{ then: reset }"))), ["220 mx.test ESMTP\r\n", "reset"]);
    assert_eq!(texts(&all(&mut session("{ then: close }"))), ["220 mx.test ESMTP\r\n", "close"]);
    let mut stalled = session("{ then: stall }");
    stalled.receive(b"NOOP\r\n", MS);
    assert_eq!(texts(&all(&mut stalled)), ["220 mx.test ESMTP\r\n"]);
    stalled.client_ended(2 * MS);
    assert_eq!(texts(&all(&mut stalled)), ["close"]);
}

#[test]
fn it_can_do_otherwise_on_commands() {
    let mut session = session("{ on: { RCPT: \"451 later\\r\\n\", DATA: reset, NOOP: stall } }");
    all(&mut session);
    session.receive(b"rcpt TO:<a@b>\r\nMAIL FROM:<>\r\nDATA\r\nQUIT\r\n", MS);
    assert_eq!(texts(&all(&mut session)), ["451 later\r\n250 2.0.0 Ok\r\n", "reset"]);
}

#[test]
fn a_client_that_has_nothing_more_to_say_is_left() {
    let mut session = session("{ after: 1s }");
    session.client_ended(MS);
    assert_eq!(all(&mut session), [(1_000, "220 mx.test ESMTP\r\n".to_owned()), (1_000, "close".to_owned())]);
}
