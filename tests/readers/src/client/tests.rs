use super::{REPLY_LINES_MAX, last_line};

#[test]
fn a_reply_ends_with_the_line_that_has_no_hyphen() {
    let mut replies = "250-a\r\n250 b\r\n221 c\r\n".as_bytes();
    assert_eq!(last_line(&mut replies).unwrap(), "250 b");
    assert_eq!(last_line(&mut replies).unwrap(), "221 c");
    assert!(last_line(&mut replies).is_err());
}

#[test]
fn a_reply_has_an_end() {
    let reply = |more| "250-a\r\n".repeat(more) + "250 b\r\n";
    assert!(last_line(&mut reply(REPLY_LINES_MAX - 1).as_bytes()).is_ok());
    assert!(last_line(&mut reply(REPLY_LINES_MAX).as_bytes()).is_err());
}
