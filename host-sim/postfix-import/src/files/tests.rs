use super::*;

fn candidates(root: Option<&str>, path: &str) -> Vec<String> {
    let files = Files::new("copy".into(), root.map(PathBuf::from));
    files.candidates(path).iter().map(|path| path.display().to_string()).collect()
}

#[test]
fn a_copy_beside_main_cf_comes_before_the_machine_s_own_file() {
    assert_eq!(candidates(None, "/etc/postfix/a.cidr"), ["copy/a.cidr", "/etc/postfix/a.cidr"]);
    assert_eq!(candidates(None, "/opt/a.cidr"), ["/opt/a.cidr"]);
    assert_eq!(candidates(None, "a.cidr"), ["copy/a.cidr"]);
}

#[test]
fn a_root_is_a_copy_of_the_whole_machine_or_of_etc_postfix() {
    assert_eq!(candidates(Some("r"), "/etc/postfix/a.cidr"), ["r/etc/postfix/a.cidr", "r/a.cidr"]);
    assert_eq!(candidates(Some("r"), "/opt/a.cidr"), ["r/opt/a.cidr"]);
}

#[test]
fn a_file_may_be_as_long_as_the_limit() {
    let read = |length: u64| text(std::io::repeat(b'x').take(length)).is_ok();
    assert!(read(FILE_BYTES_MAX - 1) && read(FILE_BYTES_MAX) && !read(FILE_BYTES_MAX + 1));
}

#[test]
fn a_binary_file_is_an_error_and_odd_bytes_are_none() {
    assert_eq!(text(&b"ab\ncd\0"[..]).unwrap_err(), "no text, but a NUL byte, in line 2, column 3");
    assert_eq!(text(&b"# gr\xfc\xdfe\r\n"[..]).unwrap(), "# gr\u{fffd}\u{fffd}e\n");
    assert_eq!(text(&b"\xef\xbb\xbfa = \x1b\t1"[..]).unwrap(), "a = \u{fffd}\t1");
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let mut files = Files::new(directory.path().to_owned(), None);
    std::fs::create_dir(directory.path().join("a")).unwrap();
    assert_eq!(files.read("a").unwrap_err(), "a cannot be read: it is no regular file.");
    assert_eq!(files.read("b").unwrap_err(), "b cannot be read: No such file or directory (os error 2).");
}

#[test]
fn a_place_is_named_by_line_and_character() {
    let text = "a = 1\n\u{fc} = 2 x\n".to_owned();
    let file = Arc::new(ConfigFile { name: "main.cf".into(), text: text.into(), rank: 0 });
    let place = ConfigPlace { span: 13..14, file };
    assert_eq!(place.name(), "main.cf:2:7");
    assert_eq!(place.longest_line(), 8);
}

#[test]
fn the_number_of_files_has_a_limit() {
    let mut files = Files::new(PathBuf::new(), None);
    (0..FILES_MAX - 1).for_each(|_| drop(files.add(String::new(), String::new())));
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    assert!(files.open(&manifest).is_ok());
    assert!(files.open(&manifest).unwrap_err().contains("More than 1000"));
}

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
    let place = ConfigPlace {
        file: Arc::new(ConfigFile { name: "main.cf".into(), text: text.into(), rank: 0 }),
        span,
    };
    assert_eq!(place.find("bl.test=127.0.0.2"), Some(12..29));
    assert_eq!(place.find("bl.test"), Some(4..11));
    assert_eq!(place.find("bl"), None);
}

#[test]
fn commas_and_blanks_separate_but_not_inside_braces() {
    assert_eq!(
        entries(" a, b\tc,,regexp:{{/^[^A-Z]/ Bogus}} d"),
        ["a", "b", "c", "regexp:{{/^[^A-Z]/ Bogus}}", "d"]
    );
    assert!(entries(" , ").is_empty());
}

#[test]
fn braces_are_balanced() {
    assert_eq!(braced("{a{b}c}:d"), Some(("a{b}c", ":d")));
    assert_eq!(braced("{a{b}"), None);
    assert_eq!(braced("a"), None);
}
