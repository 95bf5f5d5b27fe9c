//! What is kept of what a client said, and what follows from it.

use super::super::{Said, Wanted};
use super::*;
use crate::line::unescape;
use proptest::collection::vec;
use proptest::prelude::*;

fn wanted(text: &str) -> Wanted {
    let mut said = Said::default();
    said.hear(0, true, text.as_bytes());
    Wanted::of(&said)
}

#[test]
fn as_much_is_kept_as_there_is_room_for() {
    for (len, kept) in [(SAID_MAX - 1, SAID_MAX - 1), (SAID_MAX, SAID_MAX), (SAID_MAX + 1, SAID_MAX)] {
        let mut said = Said::default();
        said.hear(7, true, &vec![b'a'; len]);
        let [part] = said.parts().try_into().unwrap();
        assert_eq!((part.at, part.early, part.text.len()), (7, true, kept));
        assert_eq!(part.more, u64::try_from(len - kept).unwrap());
    }
}

#[test]
fn pieces_that_are_too_many_are_counted_with_the_last() {
    for (pieces, kept, more) in
        [(PARTS_MAX - 1, PARTS_MAX - 1, 0), (PARTS_MAX, PARTS_MAX, 0), (PARTS_MAX + 2, PARTS_MAX, 4)]
    {
        let mut said = Said::default();
        for at in 0..pieces {
            said.hear(at.try_into().unwrap(), false, b"ab");
        }
        let parts = said.parts();
        assert_eq!((parts.len(), parts.last().unwrap().more), (kept, more), "{pieces}");
    }
}

#[test]
fn names_and_mailboxes_are_found_in_commands() {
    let found = wanted(
        "EHLO first.test\r\nHELO last.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nrcpt to: e@f.test\r\n",
    );
    assert_eq!(found.helo.as_deref(), Some("last.test"));
    assert_eq!(found.sender.as_deref(), Some("a@b.test"));
    assert_eq!(found.recipients, ["c@d.test", "e@f.test"]);
    assert_eq!(wanted("MAIL FROM:<>\r\n").sender.as_deref(), Some(""));
    assert_eq!(wanted("EHLO \x07\u{fc}\r\n").helo.as_deref(), Some("???"));
    assert_eq!(wanted("GET / HTTP/1.1\r\n"), Wanted::default());
}

#[test]
fn recipients_that_are_too_many_are_counted() {
    for (count, named, more) in [(15, 15, 0), (16, 16, 0), (18, 16, 2)] {
        let found = wanted(&"RCPT TO:<a@b>\r\n".repeat(count));
        assert_eq!((found.recipients.len(), found.more_recipients), (named, more));
    }
}

proptest! {
    #[test]
    fn what_is_kept_can_be_read_again(pieces in vec(vec(any::<u8>(), 1..300), 0..80)) {
        let mut said = Said::default();
        for piece in &pieces {
            said.hear(0, false, piece);
        }
        let parts = said.parts();
        let again: Vec<u8> = parts.iter().flat_map(|part| unescape(&part.text)).collect();
        let all = pieces.concat();
        prop_assert!(all.starts_with(&again));
        let more: u64 = parts.iter().map(|part| part.more).sum();
        prop_assert_eq!(again.len() as u64 + more, all.len() as u64);
        prop_assert!(parts.len() <= PARTS_MAX && again.len() <= SAID_MAX);
        prop_assert!(parts.iter().all(|part| part.text.bytes().all(|byte| (b' '..=b'~').contains(&byte))));
    }
}
