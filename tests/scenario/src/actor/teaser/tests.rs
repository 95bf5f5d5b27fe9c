use super::*;

/// What the script gets, and the teaser.
fn stripped(pieces: &[&str]) -> (String, Option<String>) {
    stripped_of(pieces, false)
}

fn stripped_of(pieces: &[&str], or_greeting: bool) -> (String, Option<String>) {
    let mut teaser = Teaser::default();
    let strip = |piece: &&str| teaser.strip(piece.as_bytes(), or_greeting);
    let mut script: Vec<u8> = pieces.iter().flat_map(strip).collect();
    let line = teaser.line().map(|line| String::from_utf8(line.to_vec()).unwrap());
    script.extend(teaser.give_up());
    (String::from_utf8(script).unwrap(), line)
}

#[test]
fn a_teaser_is_taken_off_however_it_is_cut() {
    let whole = "220-mx ESMTP\r\n220 mx ESMTP\r\n";
    for cut in 0..whole.len() {
        let (begin, end) = whole.split_at(cut);
        assert_eq!(
            stripped(&[begin, end]),
            ("220 mx ESMTP\r\n".to_owned(), Some("220-mx ESMTP".to_owned())),
            "{cut}"
        );
    }
}

#[test]
fn only_the_first_line_is_one() {
    let (script, line) = stripped(&["220-a\r\n", "220-b\r\n220 c\r\n"]);
    assert_eq!((script.as_str(), line), ("220-b\r\n220 c\r\n", Some("220-a".to_owned())));
    assert_eq!(stripped(&["521 x\r\n", "220-a\r\n"]), ("521 x\r\n220-a\r\n".to_owned(), None));
}

#[test]
fn what_only_begins_like_one_is_the_scripts() {
    for text in ["2", "220", "220 mx\r\n", "221 Bye\r\n", "220-no end", "220-no end\r"] {
        assert_eq!(stripped(&[text]), (text.to_owned(), None));
    }
}

#[test]
fn a_line_longer_than_a_reply_is_none() {
    for (length, is_one) in [(511, true), (512, true), (513, false)] {
        let line = format!("220-{}", "x".repeat(length - 6));
        let (script, found) = stripped(&[&format!("{line}\r\n")]);
        assert_eq!(found.is_some(), is_one, "{length}");
        assert_eq!(script.is_empty(), is_one, "{length}");
    }
}

#[test]
fn a_greeting_in_its_place_is_taken_off_where_that_is_wanted() {
    let whole = "220 mx ESMTP\r\n250 mx\r\n";
    for cut in 0..whole.len() {
        let (begin, end) = whole.split_at(cut);
        assert_eq!(stripped_of(&[begin, end], true), ("250 mx\r\n".to_owned(), None), "{cut}");
        assert_eq!(stripped(&[begin, end]), (whole.to_owned(), None), "{cut}");
    }
    for text in ["2", "22", "221 Bye\r\n", "521 x\r\n", "220 no end"] {
        assert_eq!(stripped_of(&[text], true), (text.to_owned(), None));
    }
    let teaser = stripped_of(&["220-mx ESMTP\r\n220 mx ESMTP\r\n"], true);
    assert_eq!(teaser, ("220 mx ESMTP\r\n".to_owned(), Some("220-mx ESMTP".to_owned())));
}
