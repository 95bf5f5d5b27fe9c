use real_player::{REAL_TIME_MAX, length};

use super::*;

#[test]
fn the_same_seed_tells_the_same_stories() {
    for index in 1..=20 {
        assert_eq!(story(1, index).unwrap(), story(1, index).unwrap());
    }
    assert_ne!(story(1, 1).unwrap(), story(2, 1).unwrap());
    assert_ne!(story(1, 1).unwrap(), story(1, 2).unwrap());
}

#[test]
fn stories_are_short_and_files_come_back_as_they_were() {
    for index in 1..=100 {
        let scenario = story(7, index).unwrap();
        assert!(length(&scenario) < REAL_TIME_MAX / 3, "{index}");
        let text = write::yaml(&scenario);
        assert_eq!(postscreen_scenario::parse("story", &text).unwrap(), scenario, "{text}");
    }
}

#[test]
fn a_folder_has_the_stories_of_its_seed_only() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("random-3");
    assert_eq!(stories(3, 3, &folder).unwrap().len(), 3);
    let fewer = stories(2, 3, &folder).unwrap();
    assert!(fewer[1].name.ends_with("random-3/002"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}
