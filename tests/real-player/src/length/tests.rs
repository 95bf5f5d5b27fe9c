use postscreen_scenario::parse;

use super::length;

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
