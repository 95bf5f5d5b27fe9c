use super::*;

fn xds() -> Xds {
    serde_json::from_value(json!({
        "bootstrap": {"stats_config": {"stats_tags": [{"tag_name": "a"}]}},
        "listeners": [{"name": "mail", "filter_chains": [{"filters": [
            {"name": "rbac", "typed_config": {}}, {"name": "tcp_proxy", "typed_config": {"cluster": "c"}},
        ]}]}],
        "clusters": [],
        "endpoints": [],
    }))
    .unwrap()
}

fn policy(name: &str, operation: &Value) -> Value {
    json!({"spec": {"type": "JSONPatch", "jsonPatches": [
        {"type": LISTENER, "name": name, "operation": operation},
    ]}})
}

#[test]
fn a_patch_goes_by_place() {
    let (mut xds, operation) =
        (xds(), json!({"op": "add", "path": "/filter_chains/0/filters/0", "value": {"name": "wasm"}}));
    apply(&mut xds, &policy("mail", &operation)).unwrap();
    assert_eq!(xds.listeners[0]["filter_chains"][0]["filters"][0]["name"], "wasm");
    assert_eq!(xds.listeners[0]["filter_chains"][0]["filters"][1]["name"], "rbac");
}

#[test]
fn a_patch_goes_by_the_name_of_a_filter() {
    let mut xds = xds();
    let path = "$.filter_chains[0].filters[?(@.name=='tcp_proxy')].typed_config";
    let operation = json!({"op": "add", "jsonPath": path, "path": "/max_early_data_bytes", "value": 8192});
    apply(&mut xds, &policy("mail", &operation)).unwrap();
    let filters = &xds.listeners[0]["filter_chains"][0]["filters"];
    assert_eq!(filters[1]["typed_config"], json!({"cluster": "c", "max_early_data_bytes": 8192}));
    assert_eq!(filters[0]["typed_config"], json!({}));
}

#[test]
fn a_patch_without_a_path_is_a_resource() {
    let (mut xds, operation) =
        (xds(), json!({"op": "add", "path": "", "value": {"name": "speaker", "internal_listener": {}}}));
    apply(&mut xds, &policy("speaker", &operation)).unwrap();
    assert_eq!(xds.listeners[1]["name"], "speaker");
}

#[test]
fn a_patch_that_finds_nothing_is_an_error() {
    let add = |path: &str| json!({"op": "add", "path": path, "value": 1});
    let by = |path: &str| json!({"op": "add", "jsonPath": path, "path": "/x", "value": 1});
    for (name, operation, why) in [
        ("tcp-25", add("/tcp_backlog_size"), "there is none of this name"),
        ("mail", add("/filter_chain/0/filters/0"), "path"),
        ("mail", add("/filter_chains/0/filters/7"), "path"),
        ("mail", by("$.filter_chains[0].filters[?(@.name=='tcp')].typed_config"), "finds nothing"),
    ] {
        let error = apply(&mut xds(), &policy(name, &operation)).unwrap_err();
        assert!(format!("{error:#}").contains(why), "{operation}: {error:#}");
    }
}

#[test]
fn the_bootstrap_is_merged() {
    let mut xds = xds();
    let value = "stats_config:\n  stats_tags:\n  - {tag_name: zone}\n";
    merge_bootstrap(&mut xds, &json!({"spec": {"bootstrap": {"type": "Merge", "value": value}}})).unwrap();
    assert_eq!(xds.bootstrap["stats_config"]["stats_tags"], json!([{"tag_name": "a"}, {"tag_name": "zone"}]));
    assert!(merge_bootstrap(&mut xds, &json!({"spec": {"bootstrap": {"type": "Replace"}}})).is_err());
}
