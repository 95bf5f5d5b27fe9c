use postscreen_scenario::parse;

use super::*;

const STORY: &str =
    "about: A client comes and goes.\nclients:\n  a: { from: 203.0.113.9, script: [close] }\n";

fn names(folder: &Path, word: &str) -> Vec<String> {
    find(folder, |name| name.contains(word)).unwrap().into_iter().map(|story| story.name).collect()
}

#[test]
fn stories_are_found_in_folders_and_named_after_their_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("greet")).unwrap();
    fs::write(folder.path().join("greet/b.yaml"), STORY).unwrap();
    fs::write(folder.path().join("a.yaml"), STORY).unwrap();
    fs::write(folder.path().join("README.md"), "no story").unwrap();
    assert_eq!(names(folder.path(), ""), ["a", "greet/b"]);
    assert_eq!(names(folder.path(), "greet"), ["greet/b"]);
}

#[test]
fn a_folder_without_stories_and_a_file_that_is_none_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    assert!(find(folder.path(), |_| true).is_err());
    fs::write(folder.path().join("a.yaml"), "about: 1: 2").unwrap();
    assert!(find(folder.path(), |_| true).unwrap_err().to_string().contains("a.yaml:1:"));
    assert!(find(folder.path(), |_| false).unwrap().is_empty());
}

#[test]
fn folders_are_walked_eight_deep() {
    let folder = tempfile::tempdir().unwrap();
    let mut path = folder.path().to_owned();
    for depth in 0..10 {
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(format!("{depth}.yaml")), STORY).unwrap();
        path.push("x");
    }
    assert_eq!(names(folder.path(), "").len(), 1 + DEPTH_MAX);
}

fn seconds_of(clients: &str) -> u64 {
    let story = format!("about: Time passes.\npolicy: {{}}\nclients:\n{clients}");
    length(&parse("story.yaml", &story).unwrap()).as_secs()
}

#[test]
fn waits_and_silences_add_up() {
    assert_eq!(
        seconds_of("  a: { from: 203.0.113.9, at: 1s, script: [{wait: 2s}, {silence: 3s}, close] }\n"),
        6
    );
}

#[test]
fn a_time_since_the_connection_contains_the_waits_before_it() {
    assert_eq!(seconds_of("  a: { from: 203.0.113.9, script: [{wait: 2s}, {elapsed: 6s}, close] }\n"), 6);
}

#[test]
fn a_client_after_another_starts_when_that_one_has_ended() {
    let clients = "  a: { from: 203.0.113.9, script: [{wait: 2s}, close] }\n  \
                   b: { from: 203.0.113.9, after: a, wait: 1d, script: [{wait: 1s}] }\n";
    assert_eq!(seconds_of(clients), 86_403);
}
