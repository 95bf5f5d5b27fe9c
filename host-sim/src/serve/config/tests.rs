use std::num::NonZeroUsize;
use std::time::Duration;

use super::{BUILT_IN_POLICY, parse_zones, policy, settings, zones};
use crate::{Cluster, HttpCluster};

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
fn zones_are_read_as_in_a_story() {
    let zones = parse_zones("zone.yaml", "# mine\nbl.test:\n  203.0.113.9: 127.0.0.2\ndead.test: timeout\n");
    assert_eq!(zones.unwrap().iter().map(|(name, _)| name).collect::<Vec<_>>(), ["bl.test", "dead.test"]);
    assert!(parse_zones("zone.yaml", "# nothing\n\n").unwrap().is_empty());
}

#[test]
fn a_mistake_in_the_zones_has_its_place_in_their_file() {
    for (yaml, line, column) in [
        ("bl.test:\n  203.0.113.9: nowhere\n", 2, 16),
        ("bl.test: sometimes\n", 1, 10),
        ("# mine\n\nBL.test: {}\n", 3, 1),
    ] {
        let mistake = parse_zones("zone.yaml", yaml).unwrap_err();
        assert_eq!((mistake.line, mistake.column), (line, column), "{mistake}");
    }
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
