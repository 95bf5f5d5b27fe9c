//! The stories are stories, and the examples are as short as they are said to be.

use std::fs;
use std::path::Path;

use postscreen_scenario::parse;

use super::STORIES;

/// A host in another language is an example; it has to fit on a screen or two.
const EXAMPLE_LINES_MAX: usize = 99;

#[test]
fn every_story_can_be_read_and_has_the_clients_that_are_teased() {
    for story in STORIES {
        let scenario = parse(story.name, story.text).unwrap();
        assert!(story.teased.iter().all(|name| scenario.clients.contains_key(*name)), "{}", story.name);
        assert!(scenario.clients.values().all(|client| client.from.is_loopback()), "{}", story.name);
    }
}

#[test]
fn the_examples_have_under_a_hundred_lines() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hosts");
    for example in ["node/screen.mjs", "python/screen.py"] {
        let text = fs::read_to_string(examples.join(example)).unwrap();
        assert!(text.lines().count() <= EXAMPLE_LINES_MAX, "{example}: {} lines", text.lines().count());
    }
}
