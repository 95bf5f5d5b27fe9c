use std::io::Write as _;

use super::*;

#[test]
fn a_line_is_taken_apart() {
    assert_eq!(
        parse("Nov  4 23:52:30 mx psc1/postscreen[165]: CONNECT from [203.0.113.9]:40811 to [198.18.0.1]:25"),
        Some(("psc1".to_owned(), "CONNECT from [203.0.113.9]:40811 to [198.18.0.1]:25".to_owned()))
    );
    assert_eq!(parse("Nov 24 23:52:30 mx psc1/tlsproxy[165]: CONNECT"), None);
    assert_eq!(parse("Nov 24 23:52:29 mx postfix/master[163]: daemon started"), None);
    assert_eq!(parse(""), None);
}

#[test]
fn lines_are_read_as_they_come_and_belong_to_their_story() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut log = PostfixLog::of(file.path());
    let place = StoryPlace::new(0).unwrap();
    write!(
        file,
        "Nov 24 23:52:30 mx psc1/postscreen[1]: a\nNov 24 23:52:30 mx psc2/postscreen[2]: b\nNov 24"
    )
    .unwrap();
    assert_eq!(log.lines(&place).unwrap(), ["a"]);
    writeln!(file, " 23:52:31 mx psc1/dnsblog[3]: on bl.test.l1.scenario").unwrap();
    assert_eq!(log.lines(&place).unwrap(), ["a", "on bl.test"]);
    assert_eq!(log.lines(&StoryPlace::new(1).unwrap()).unwrap(), ["b"]);
}
