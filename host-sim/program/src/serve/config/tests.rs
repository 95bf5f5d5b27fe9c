use std::num::NonZeroUsize;
use std::time::Duration;

use envoy_sim::{Cluster, HttpCluster};

use super::{BUILT_IN_POLICY, policy, settings, zones};

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
