//! `UPDATE=1 cargo test -p host-sim --lib serve::options` writes the table in the document.

use std::fmt::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use clap::{Arg, Args, Command};
use envoy_sim::{Cluster, HttpCluster};

use super::{BUILT_IN_POLICY, ServeArgs, policy, settings, span, span_or_none, zones};

const DOCUMENT: &str = "../../docs/sidecar.md";
const BEGIN: &str = "<!-- options -->\n";
const END: &str = "<!-- end of options -->\n";

fn command() -> Command {
    ServeArgs::augment_args(Command::new("serve"))
}

/// Together under their headings, as the help shows them.
fn options(command: &Command) -> Vec<&Arg> {
    let mut headings: Vec<_> = command.get_arguments().map(Arg::get_help_heading).collect();
    headings.dedup();
    let mut options: Vec<_> = command.get_arguments().collect();
    options.sort_by_key(|option| headings.iter().position(|heading| *heading == option.get_help_heading()));
    options
}

fn table() -> String {
    let mut table = String::from("| option | default | what |\n| --- | --- | --- |\n");
    for option in options(&command()) {
        let name = option.get_long().unwrap();
        let takes = option.get_action().takes_values();
        let value = option.get_value_names().filter(|_| takes).map(|names| format!(" {}", names[0]));
        let defaults: Vec<_> =
            option.get_default_values().iter().filter_map(|value| value.to_str()).collect();
        let default =
            if defaults.is_empty() || !takes { String::new() } else { format!("`{}`", defaults.join(" ")) };
        let values: Vec<_> =
            option.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        let values =
            if takes && !values.is_empty() { format!(": {}", values.join(", ")) } else { String::new() };
        let help = option.get_help().unwrap().to_string().replace('\n', " ");
        writeln!(table, "| `--{name}{}` | {default} | {help}{values} |", value.unwrap_or_default()).unwrap();
    }
    table
}

#[test]
fn the_document_shows_every_option() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the document has the table's first mark");
    let (found, after) = rest.split_once(END).expect("the document has the table's last mark");
    let table = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(found, table, "the table is out of date: run this test again with UPDATE=1");
    }
}

#[test]
fn every_option_has_a_heading_and_fits_with_the_others() {
    let command = command();
    command.clone().debug_assert();
    for option in command.get_arguments() {
        assert!(option.get_help_heading().is_some(), "{option}");
    }
}

#[test]
fn times_have_a_unit_and_a_limit() {
    for (text, millis) in [("5s", 5_000), ("500ms", 500), ("1h", 3_600_000), ("1m 30s", 90_000)] {
        assert_eq!(span(text).unwrap().as_millis(), millis, "{text}");
    }
    for text in ["", "5", "-5s", "1h 1s", "1year", "s"] {
        assert!(span(text).unwrap_err().contains("such as 5s"), "{text}");
    }
    assert!(span("0s").unwrap_err().contains("more than 0"));
    assert!(span_or_none("0s").unwrap().is_zero());
}

#[test]
fn what_is_built_in_can_be_read() {
    assert!(!zones(None).unwrap().is_empty());
    assert!(serde_json::from_str::<serde_json::Value>(BUILT_IN_POLICY).unwrap().is_object());
}

#[test]
fn clusters_have_the_names_that_the_configuration_gives_them() {
    let policy = r#"{"resolver": {"cluster": "unbound"}, "lane": {"speaker_cluster": "echo"}}"#;
    let settings = settings(policy, NonZeroUsize::MIN, Duration::from_secs(7));
    assert_eq!(settings.http_clusters["unbound"], HttpCluster::Up);
    assert_eq!(settings.clusters["echo"], Cluster::Speaker);
    assert_eq!(settings.clusters["backend"], Cluster::Remote);
    assert_eq!(settings.tcp_proxy.connect_timeout, Duration::from_secs(7));
}

#[test]
fn a_configuration_that_is_no_json_is_left_to_the_module() {
    assert_eq!(settings("no", NonZeroUsize::MIN, Duration::from_secs(7)).plugin_configuration, b"no");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = policy(Some("no/such.json".as_ref())).err().unwrap();
    assert_eq!(error.to_string(), "cannot read no/such.json");
}

#[test]
fn an_empty_file_is_no_configuration() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = policy(Some(file.path())).err().unwrap();
    assert!(
        error
            .to_string()
            .ends_with(": the file is empty: expected a JSON object; {} stands for every default")
    );
}
