use super::*;

#[test]
fn a_story_begins_early_in_a_second() {
    let begin = Duration::from_millis(40);
    for (into_second, expected) in [(0, 40), (39, 1), (40, 0), (41, 999), (999, 41)] {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_435_881_000 + into_second);
        assert_eq!(until_begin(begin, now), Duration::from_millis(expected), "{into_second}");
    }
}
