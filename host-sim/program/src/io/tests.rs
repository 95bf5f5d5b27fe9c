use super::story_zones;

#[test]
fn zones_are_read_as_in_a_story() {
    let zones = story_zones("zone.yaml", "# mine\nbl.test:\n  203.0.113.9: 127.0.0.2\ndead.test: timeout\n");
    assert_eq!(zones.unwrap().iter().map(|(name, _)| name).collect::<Vec<_>>(), ["bl.test", "dead.test"]);
    assert!(story_zones("zone.yaml", "# nothing\n\n").unwrap().is_empty());
}

#[test]
fn a_mistake_in_the_zones_has_its_place_in_their_file() {
    for (yaml, line, column) in [
        ("bl.test:\n  203.0.113.9: nowhere\n", 2, 16),
        ("bl.test: sometimes\n", 1, 10),
        ("# mine\n\nBL.test: {}\n", 3, 1),
    ] {
        let mistake = story_zones("zone.yaml", yaml).unwrap_err();
        assert_eq!((mistake.line, mistake.column), (line, column), "{mistake}");
    }
}
