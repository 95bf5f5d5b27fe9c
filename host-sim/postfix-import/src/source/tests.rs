use super::*;

fn texts(text: &str) -> Vec<String> {
    logical_lines(text).into_iter().map(|line| line.text).collect()
}

#[test]
fn a_blank_at_the_beginning_goes_on_with_the_line_before() {
    assert_eq!(texts("a = 1,\n  2,\n\t3\nb = 4\n"), ["a = 1,  2,\t3", "b = 4"]);
}

#[test]
fn comments_and_blank_lines_do_not_end_a_logical_line() {
    assert_eq!(texts("# head\na = 1\n# between\n\n  # indented\n  2\n"), ["a = 1  2"]);
}

#[test]
fn a_hash_inside_a_line_is_no_comment() {
    assert_eq!(texts("a = 1 # one\r\n"), ["a = 1 # one"]);
}

#[test]
fn a_token_is_found_as_a_whole_word() {
    let text = "a = bl.test bl.test=127.0.0.2, x".to_owned();
    let span = 0..text.len();
    let place = Place { source: Arc::new(Source { name: "main.cf".into(), text, rank: 0 }), span };
    assert_eq!(place.find("bl.test=127.0.0.2"), Some(12..29));
    assert_eq!(place.find("bl.test"), Some(4..11));
    assert_eq!(place.find("bl"), None);
}
