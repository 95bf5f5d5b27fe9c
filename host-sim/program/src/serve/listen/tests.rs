use super::{ListenAddress, Listener};

#[test]
fn a_place_is_an_address_or_a_path() {
    for text in ["127.0.0.1:2525", "[::1]:25", "unix:/run/screen.sock", "unix:screen.sock"] {
        assert_eq!(text.parse::<ListenAddress>().unwrap().to_string(), text);
    }
}

#[test]
fn what_is_neither_says_what_was_expected() {
    for text in ["", "25", "localhost:25", "127.0.0.1", "::1:25:x", "unix:", "127.0.0.1:65536"] {
        assert!(text.parse::<ListenAddress>().unwrap_err().contains("such as 0.0.0.0:25"), "{text}");
    }
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mail");
    std::fs::write(&file, "precious").unwrap();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for path in [&file, &link] {
        let error = Listener::bind(&ListenAddress::Unix(path.clone())).err().unwrap();
        assert_eq!(error.to_string(), "there is something that is no socket");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "precious");
    }
}
