//! They are one configuration, and differ where they say.

use serde_json::{Value, json};

use super::*;

fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(SHIPPED).join(file);
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The listener that the world connects to.
fn smtp(configuration: &mut Value) -> &mut Value {
    let listener = &mut configuration["static_resources"]["listeners"][0];
    assert_eq!(listener["name"], "smtp");
    listener
}

#[test]
fn behind_a_balancer_only_headers_and_address_are_others() {
    let mut bare = read("postscreen.yaml");
    let mut behind = read("behind-balancer.yaml");
    let listener = smtp(&mut behind).as_object_mut().unwrap();
    let filters = listener.remove("listener_filters").unwrap();
    assert_eq!(filters[0]["name"], "envoy.filters.listener.proxy_protocol");
    assert_eq!(listener["address"]["socket_address"]["address"], "10.0.0.25");
    listener.insert("address".to_owned(), smtp(&mut bare)["address"].clone());
    assert_eq!(behind, bare);
}

#[test]
fn with_the_listener_in_a_file_of_its_own_only_its_place_is_another() {
    let mut bare = read("postscreen.yaml");
    let mut parts = read("lds/envoy.yaml");
    let mut listener = read("lds/listeners.yaml")["resources"][0].clone();
    let kind = listener.as_object_mut().unwrap().remove("@type");
    assert_eq!(kind, Some(json!("type.googleapis.com/envoy.config.listener.v3.Listener")));
    assert_eq!(listener, *smtp(&mut bare));
    bare["static_resources"]["listeners"].as_array_mut().unwrap().remove(0);
    let parts = parts.as_object_mut().unwrap();
    assert!(parts.remove("node").is_some());
    let source = parts.remove("dynamic_resources").unwrap()["lds_config"]["path_config_source"].clone();
    assert_eq!(source["path"], "/etc/envoy/lds/listeners.yaml");
    assert_eq!(source["watched_directory"]["path"], "/etc/envoy/lds");
    assert_eq!(Value::Object(parts.clone()), bare);
}

#[test]
fn a_version_is_found_behind_any_path() {
    let said = "\ntarget/envoy/1.40.0/bin/envoy  version: 9e55/1.39.3/Clean/RELEASE/BoringSSL\n\n";
    assert_eq!(version_in(said), Some("1.39.3"));
    assert_eq!(version_in("usage: nothing/of/that"), None);
}
