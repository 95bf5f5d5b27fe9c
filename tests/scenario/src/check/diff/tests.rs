use super::*;

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn plain(expected: &str, seen: &str) -> String {
    Diff::of(&lines(expected), &lines(seen)).map_or_else(String::new, |diff| diff.text(Paint::Plain))
}

#[test]
fn the_same_lines_have_no_diff() {
    assert_eq!(Diff::of(&lines("a\nb"), &lines("a\nb")), None);
    assert_eq!(Diff::of(&[], &[]), None);
}

#[test]
fn what_differs_within_a_line_is_marked() {
    let text = plain("CONNECT\nPASS NEW [203.0.113.9]:PORT", "CONNECT\nPASS OLD [203.0.113.9]:PORT");
    let expected = "\
- expected, + seen
  CONNECT
- PASS NEW [203.0.113.9]:PORT
       ^^^
+ PASS OLD [203.0.113.9]:PORT
       ^^^";
    assert_eq!(text, expected);
}

#[test]
fn lines_of_only_one_list_stand_alone() {
    assert_eq!(plain("a\nb", "a"), "- expected, + seen\n  a\n- b");
    assert_eq!(plain("", "b"), "- expected, + seen\n+ b");
}

#[test]
fn three_lines_around_a_difference_are_shown_and_not_more() {
    let text = plain("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\nx\n6\n7\n8\n9");
    assert_eq!(text, "- expected, + seen\n  ⋮\n  2\n  3\n  4\n- 5\n+ x\n  6\n  7\n  8\n  ⋮");
}

#[test]
fn a_line_of_400_characters_is_shown_and_a_longer_one_is_cut() {
    for (len, is_cut) in [(399, false), (400, false), (401, true)] {
        let (a, b) = ("x".repeat(len - 1) + "a", "x".repeat(len - 1) + "b");
        let text = plain(&a, &b);
        assert_eq!(text.contains(CUT), is_cut, "{len}");
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= LINE_CHARS_MAX + 4, "{len}: {longest}");
        assert!(text.contains("xa") && text.contains("xb"), "{len}: the difference is not shown");
    }
    let long = "same ".repeat(200);
    let text = plain(&format!("{long}a {long}"), &format!("{long}b {long}"));
    assert!(text.contains("same a same") && text.contains("same b same"), "{text}");
}

#[test]
fn colours_take_the_place_of_marks() {
    let diff = Diff::of(&lines("same\nPASS NEW x"), &lines("same\nPASS OLD x")).unwrap();
    let text = diff.text(Paint::Colours);
    assert!(text.contains("\u{1b}[31m- PASS \u{1b}[7mNEW\u{1b}[27m x\u{1b}[0m"), "{text:?}");
    assert!(text.contains("\u{1b}[32m+ PASS \u{1b}[7mOLD\u{1b}[27m x\u{1b}[0m"), "{text:?}");
    assert!(!text.contains('^'));
    let signs: Vec<_> = diff.rows().map(|(sign, _)| sign).collect();
    assert_eq!(signs, [Sign::Both, Sign::Expected, Sign::Seen]);
}
