use super::Letter;
use crate::mailbox::mails;
use crate::senders::Sender;

#[test]
fn a_letter_is_read_again_as_it_was_written() {
    let letter = Letter::hard("one");
    let quoted = letter.text(Sender::Exim).replace("\nFrom here", "\n>From here");
    let read = mails(&format!("From somebody@exim.sender.example  Mon Nov 30 15:05:00 2026\n{quoted}\n"));
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].subject().as_deref(), Some("one"));
    assert_eq!(read[0].body(), letter.body);
}

#[test]
fn no_line_is_longer_than_smtp_allows() {
    // RFC 5321 section 4.5.3.1.6, without CR LF.
    assert!(Letter::hard("one").text(Sender::Exim).lines().all(|line| line.len() <= 998));
}
