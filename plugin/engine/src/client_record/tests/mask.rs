//! What nobody is to read.

use super::super::mask::mask;
use proptest::prelude::*;

fn masked(text: &str, mailboxes: bool) -> String {
    let mut bytes = text.as_bytes().to_vec();
    mask(&mut bytes, mailboxes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn passwords_are_covered_whatever_is_wanted() {
    for mailboxes in [true, false] {
        assert_eq!(masked("AUTH PLAIN AGpvaG4AcHc=\r\n", mailboxes), "AUTH xxxxx xxxxxxxxxxxx\r\n");
        assert_eq!(
            masked("AUTH LOGIN\r\nam9obg==\r\nc2VjcmV0\r\nQUIT\r\nhello\r\n", mailboxes),
            "AUTH xxxxx\r\nxxxxxxxx\r\nxxxxxxxx\r\nQUIT\r\nhello\r\n"
        );
        assert_eq!(masked("auth login\r\nQUIT\r\n", mailboxes), "auth xxxxx\r\nQUIT\r\n");
    }
}

#[test]
fn mailboxes_stay_where_they_are_wanted() {
    let text =
        "MAIL FROM:<john@a.test> SIZE=9\r\nRCPT TO:<jane@b.test>\r\nVRFY john\r\nFrom: john@a.test\r\n";
    assert_eq!(masked(text, true), text);
}

#[test]
fn of_a_mailbox_only_the_domain_is_shown() {
    for (said, shown) in [
        ("MAIL FROM:<john@a.test>\r\n", "MAIL FROM:<xxxx@a.test>\r\n"),
        ("MAIL FROM:<john@a.test> SIZE=9\r\n", "MAIL FROM:<xxxx@a.test> SIZE=9\r\n"),
        ("MAIL FROM:<>\r\n", "MAIL FROM:<>\r\n"),
        ("rcpt to: <\"john smith\"@a.test>\n", "rcpt to: <\"xxxx xxxxx\"@a.test>\n"),
        ("RCPT TO:<@relay.test:john@a.test>\r\n", "RCPT TO:<@xxxxx.xxxx:xxxx@a.test>\r\n"),
        ("RCPT TO:<postmaster>\r\n", "RCPT TO:<xxxxxxxxxx>\r\n"),
        ("RCPT TO:<j\u{fc}rgen@a.test>\r\n", "RCPT TO:<xxxxxxx@a.test>\r\n"),
        ("VRFY john\r\n", "VRFY xxxx\r\n"),
        ("From: John <john@a.test>\r\n", "From: xxxx <xxxx@a.test>\r\n"),
        ("john@a.test\r\n", "xxxx@a.test\r\n"),
        ("EHLO mail.a.test\r\n", "EHLO mail.a.test\r\n"),
        ("Subject: hello\r\n", "Subject: hello\r\n"),
        // Cut short: it may be the begin of one.
        ("MAIL FROM:<joh", "MAIL FROM:<xxx"),
        ("xyz john.d", "xxx xxxx.x"),
    ] {
        assert_eq!(masked(said, false), shown);
    }
}

proptest! {
    #[test]
    fn a_line_keeps_its_length_and_its_end(bytes in proptest::collection::vec(any::<u8>(), 0..200), mailboxes: bool) {
        let mut masked = bytes.clone();
        mask(&mut masked, mailboxes);
        prop_assert_eq!(masked.len(), bytes.len());
        for (masked, byte) in masked.iter().zip(&bytes) {
            let is_kept = b"\r\n ".contains(byte);
            prop_assert!(masked == byte || (!is_kept && *masked == b'x'));
        }
    }

    #[test]
    fn no_local_part_is_left(local in "[a-z0-9.]{1,20}", verb in "(MAIL FROM:<|RCPT TO:<|DATA |X |)") {
        let said = format!("{verb}{local}@a.test>\r\n");
        let shown = masked(&said, false);
        let is_mask = local.bytes().all(|byte| b".x".contains(&byte));
        prop_assert!(is_mask || !shown.contains(&format!("{local}@")), "{}", shown);
    }
}
