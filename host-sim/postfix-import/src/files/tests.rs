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
fn what_is_no_text_is_an_error() {
    assert_eq!(text(&b"ab\xff"[..]).unwrap_err(), "not UTF-8 at byte 2");
}

#[test]
fn the_number_of_files_has_a_limit() {
    let mut files = Files::new(PathBuf::new(), None);
    (0..FILES_MAX - 1).for_each(|_| drop(files.source(String::new(), String::new())));
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    assert!(files.open(&manifest).is_ok());
    assert!(files.open(&manifest).unwrap_err().contains("More than 1000"));
}
