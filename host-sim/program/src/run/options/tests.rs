use super::*;

/// A directory of its own, removed at the end.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("host-sim-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: usize) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "x".repeat(bytes)).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn directories_are_walked_in_the_order_of_their_names() {
    let directory = Directory::new("order");
    let expected = ["a.yaml", "b/a.yaml", "b/b.yaml", "c.yaml"].map(|name| directory.file(name, 1));
    directory.file("README.md", 1);
    assert_eq!(find(std::slice::from_ref(&directory.0)).unwrap(), expected);
}

#[test]
fn a_file_is_taken_whatever_its_name() {
    let file = PathBuf::from("story.txt");
    assert_eq!(find(std::slice::from_ref(&file)).unwrap(), [file]);
}

#[test]
fn a_directory_without_stories_is_an_error() {
    let directory = Directory::new("empty");
    assert!(find(std::slice::from_ref(&directory.0)).unwrap_err().contains("ends with .yaml"));
}

#[test]
fn directories_are_walked_eight_deep() {
    let directory = Directory::new("deep");
    directory.file("2/3/4/5/6/7/8/a.yaml", 1);
    assert_eq!(find(std::slice::from_ref(&directory.0)).unwrap().len(), 1);
    directory.file("2/3/4/5/6/7/8/9/a.yaml", 1);
    assert!(find(std::slice::from_ref(&directory.0)).unwrap_err().contains("more than 8"));
}

#[test]
fn a_file_of_256_kib_is_read_and_a_longer_one_is_not() {
    let directory = Directory::new("size");
    for (bytes, passes) in [(262_143, true), (262_144, true), (262_145, false)] {
        assert_eq!(read(&directory.file("a.yaml", bytes)).is_ok(), passes, "{bytes}");
    }
}

#[test]
fn a_missing_file_is_an_error() {
    assert!(read(Path::new("/nonexistent/story.yaml")).unwrap_err().contains("cannot read it"));
}

#[test]
fn a_file_without_an_end_is_an_error() {
    assert!(read(Path::new("/dev/zero")).unwrap_err().contains("has no end"));
}
