use super::*;

fn at(line: u64, column: u64) -> Option<usize> {
    Mistake::at_place(line, column, "x").in_file("s", "ab\nçd\n").offset()
}

#[test]
fn a_place_is_found_in_its_text() {
    for (line, column, expected) in
        [(1, 1, Some(0)), (1, 2, Some(1)), (2, 1, Some(3)), (2, 2, Some(5)), (0, 0, None), (9, 9, Some(7))]
    {
        assert_eq!(at(line, column), expected, "{line}:{column}");
    }
}

#[test]
fn colours_are_for_terminals_only() {
    let mistake = Mistake::at_place(2, 1, "x").in_file("s", "ab\nçd\n");
    assert!(mistake.report(true).contains('\u{1b}'));
    assert!(!mistake.report(false).contains('\u{1b}'));
}
