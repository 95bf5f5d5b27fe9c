use super::{FILE_LINES_MAX, LINE_CHARS_MAX, problems_of};

#[test]
fn a_rust_file_may_have_as_many_lines_as_the_seam_and_no_more() {
    for lines in [FILE_LINES_MAX - 1, FILE_LINES_MAX] {
        assert_eq!(problems_of("a.rs", &"x\n".repeat(lines)), [""; 0]);
    }
    let long = "x\n".repeat(FILE_LINES_MAX + 1);
    assert_eq!(problems_of("a.rs", &long), ["a.rs: 401 lines, more than 400: split it where its jobs part"]);
    assert_eq!(problems_of("a.yaml", &long), [""; 0]);
}

#[test]
fn lines_of_rust_and_prose_end_at_the_limit() {
    for chars in [LINE_CHARS_MAX - 1, LINE_CHARS_MAX] {
        assert_eq!(problems_of("a.rs", &format!("{}\n", "ä".repeat(chars))), [""; 0]);
    }
    let long = format!("{}\n", "ä".repeat(LINE_CHARS_MAX + 1));
    assert_eq!(problems_of("a.rs", &long), ["a.rs:1: 121 characters, more than 120"]);
    assert_eq!(problems_of("a.md", &long), ["a.md:1: 121 characters, more than 120"]);
    assert_eq!(problems_of("a.json", &long), [""; 0]);
}

#[test]
fn tables_and_drawings_in_prose_may_be_wide() {
    let wide = "x".repeat(LINE_CHARS_MAX + 1);
    assert_eq!(problems_of("a.md", &format!("| {wide} |\n")), [""; 0]);
    assert_eq!(problems_of("a.md", &format!("```text\n{wide}\n```\n")), [""; 0]);
    assert_eq!(problems_of("a.md", &format!("```\n```\n{wide}\n")).len(), 1);
}

#[test]
fn unfinished_work_is_found_and_longer_words_are_not() {
    let mark = ["TO", "DO"].concat();
    assert_eq!(
        problems_of("a.rs", &format!("fine\n// {mark}: later\n")),
        [format!("a.rs:2: {mark}: unfinished work belongs in an issue")]
    );
    assert_eq!(problems_of("a.rs", &format!("{mark}S {mark}_BITS\n")), [""; 0]);
}

#[test]
fn machine_paths_and_registry_hosts_are_found_inside_longer_text() {
    let path = format!("see {}\n", ["/wo", "rk/shared"].concat());
    assert_eq!(problems_of("a.md", &path).len(), 1);
    let host = format!("https://{}/x\n", ["static.crates", ".io"].concat());
    assert_eq!(problems_of("a.toml", &host).len(), 1);
}

#[test]
fn the_lock_file_may_name_the_registry() {
    assert_eq!(problems_of("Cargo.lock", &format!("https://{}/\n", ["crates", ".io"].concat())), [""; 0]);
}

#[test]
fn lines_end_with_a_line_end_and_without_blanks() {
    assert_eq!(problems_of("a.yaml", "x"), ["a.yaml: the last line has no end"]);
    assert_eq!(problems_of("a.yaml", "x \n"), ["a.yaml:1: blank at the end of the line"]);
    assert_eq!(problems_of("a.yaml", ""), [""; 0]);
}
