use super::{FILE_BYTES_MAX, PolicyWatch};

/// What a watch on `first` makes of `second`.
fn read(first: &str, second: &[u8]) -> Result<String, String> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("policy.json");
    std::fs::write(&file, second).unwrap();
    let read = PolicyWatch::new(Some(&file)).of(first).read(&file);
    read.map_err(|error| error.replace(&format!("{}/", directory.path().display()), ""))
}

#[test]
fn the_file_is_read_again() {
    assert_eq!(read("{}", b"{\"greet_wait\": \"2s\"}").unwrap(), "{\"greet_wait\": \"2s\"}");
    // The module says what is wrong with it.
    assert_eq!(read("{\"resolver\": {\"cluster\": \"a\"}}", b"{").unwrap(), "{");
}

#[test]
fn clusters_keep_the_names_that_they_had_at_the_start() {
    for (first, second, expected) in [
        ("{}", r#"{"resolver": {"cluster": "a"}}"#, "resolver.cluster: \"a\": expected absent"),
        (r#"{"resolver": {"cluster": "a"}}"#, "{}", "resolver.cluster: absent: expected \"a\""),
        ("{}", r#"{"lane": {"speaker_cluster": "b"}}"#, "lane.speaker_cluster: \"b\": expected absent"),
    ] {
        let expected = format!("policy.json: {expected} as at the start; a restart takes it");
        assert_eq!(read(first, second.as_bytes()).unwrap_err(), expected);
    }
}

#[test]
fn a_file_has_a_longest_length() {
    let max = usize::try_from(FILE_BYTES_MAX).unwrap();
    for (bytes, fits) in [(max - 1, true), (max, true), (max + 1, false)] {
        assert_eq!(read("{}", &vec![b'x'; bytes]).is_ok(), fits, "{bytes}");
    }
}

#[test]
fn what_is_no_text_is_named() {
    let error = read("{}", b"\xff").unwrap_err();
    assert!(error.starts_with("policy.json cannot be read: "), "{error}");
}

#[test]
fn an_empty_file_is_no_configuration() {
    for empty in [&b""[..], b" \n\t\n"] {
        let error = read(r#"{"greet_wait": "2s"}"#, empty).unwrap_err();
        assert_eq!(
            error,
            "policy.json: the file is empty: expected a JSON object; {} stands for every default"
        );
    }
}

#[test]
fn what_can_be_read_only_once_is_not_waited_for() {
    let (reader, _writer) = std::io::pipe().unwrap();
    let pipe = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&reader));
    let error = PolicyWatch::new(None).read(pipe.as_ref()).unwrap_err();
    assert_eq!(error, format!("{pipe}: not a regular file, so it cannot be read again"));
}
