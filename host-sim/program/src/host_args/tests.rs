use clap::Parser;

use super::*;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    host: HostArgs,
}

fn parsed(line: &str) -> Result<HostArgs, String> {
    let words = std::iter::once("x").chain(line.split_whitespace());
    Command::try_parse_from(words).map(|command| command.host).map_err(|error| error.to_string())
}

#[test]
fn without_a_word_the_host_is_the_newest_envoy_with_an_end_to_each_call() {
    let host = parsed("").unwrap();
    assert_eq!(host.profile, Profile::Envoy1_40);
    assert_eq!(host.failure_policy(), FailurePolicy::default());
    assert_eq!(host.limits(), Limits { fuel: Some(4_000_000_000), ..Limits::default() });
}

#[test]
fn numbers_may_have_units() {
    for (text, units) in
        [("1", 1), ("5000", 5000), ("500M", 500_000_000), ("2G", 2_000_000_000), ("1KiB", 1024)]
    {
        assert_eq!(parsed(&format!("--fuel {text}")).unwrap().limits().fuel, Some(units), "{text}");
    }
    assert_eq!(parsed("--fuel none").unwrap().limits().fuel, None);
    for (text, bytes) in
        [("0", 0), ("65536", 65536), ("64MiB", 64 << 20), ("1GiB", 1 << 30), ("1MB", 1_000_000)]
    {
        assert_eq!(parsed(&format!("--memory {text}")).unwrap().limits().memory_bytes, bytes, "{text}");
    }
}

#[test]
fn policies_have_the_names_that_envoy_gives_them() {
    for (name, policy) in [
        ("fail-closed", FailurePolicy::FailClosed),
        ("fail-open", FailurePolicy::FailOpen),
        ("fail-reload", FailurePolicy::FAIL_RELOAD),
    ] {
        assert_eq!(parsed(&format!("--failure-policy {name}")).unwrap().failure_policy(), policy);
    }
}

#[test]
fn a_mistake_is_answered_with_what_was_expected() {
    for (line, expected) in [
        ("--fuel 0", "a number of instructions above 0"),
        ("--fuel much", "or `none`"),
        ("--memory=-1", "64MiB or 1GiB"),
        ("--memory 1XB", "64MiB or 1GiB"),
        ("--failure-policy fail", "fail-closed, fail-open, fail-reload"),
        ("--profile envoy-1.36", "envoy-1.37, envoy-1.38, envoy-1.39, envoy-1.40"),
    ] {
        let error = parsed(line).unwrap_err();
        assert!(error.contains(expected), "{line}: {error}");
    }
}
