use super::*;
use crate::story::MailServer;

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
