use serde_json::json;

use super::*;

const TCP_PROXY: &str = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

fn filters() -> Value {
    json!([{"name": "tcp_proxy", "typed_config": {"@type": TCP_PROXY, "cluster": "c"}}])
}

fn xds() -> Xds {
    let chain = |port: u16| json!({"filter_chain_match": {"destination_port": port}, "filters": filters()});
    let address = |port: u16| json!({"socket_address": {"port_value": port}});
    serde_json::from_value(json!({
        "bootstrap": {},
        "listeners": [
            {"name": "0.0.0.0_25", "address": address(25), "filter_chains": [{"filters": filters()}]},
            {"name": "virtualInbound", "address": address(15006), "listener_filters": [{"name": "first"}],
             "filter_chains": [chain(25), chain(587)]},
        ],
        "clusters": [{"name": "inbound|25||"}, {"name": "inbound|587||"}, {"name": "BlackHoleCluster"}],
        "endpoints": [],
    }))
    .unwrap()
}

fn patched(patch: &Value) -> Result<Xds> {
    let mut xds = xds();
    apply(&mut xds, &json!({"spec": {"configPatches": [patch]}}), "ANY").map(|()| xds)
}

fn early_data(port: u16, filter: &str) -> Value {
    json!({
        "applyTo": "NETWORK_FILTER",
        "match": {"context": "ANY", "listener": {"portNumber": port, "filterChain": {"filter": {"name": filter}}}},
        "patch": {"operation": "MERGE", "value": {
            "name": filter, "typed_config": {"@type": TCP_PROXY, "max_early_data_bytes": 8192},
        }},
    })
}

fn cluster(port: u16, value: &Value) -> Value {
    json!({
        "applyTo": "CLUSTER",
        "match": {"context": "ANY", "cluster": {"portNumber": port}},
        "patch": {"operation": "MERGE", "value": value},
    })
}

#[test]
fn a_filter_is_found_by_the_port_of_its_listener_or_chain() {
    let xds = patched(&early_data(25, "tcp_proxy")).unwrap();
    let early = |listener: usize, chain: usize| {
        let filter = &xds.listeners[listener]["filter_chains"][chain]["filters"][0];
        filter["typed_config"]["max_early_data_bytes"].as_u64()
    };
    assert_eq!((early(0, 0), early(1, 0), early(1, 1)), (Some(8192), Some(8192), None));
}

#[test]
fn the_port_of_a_listener_is_its_own() {
    let patch = json!({
        "applyTo": "LISTENER",
        "match": {"context": "ANY", "listener": {"portNumber": 25}},
        "patch": {"operation": "MERGE", "value": {"tcp_backlog_size": 4096}},
    });
    let xds = patched(&patch).unwrap();
    assert_eq!(xds.listeners[0]["tcp_backlog_size"], 4096);
    assert_eq!(xds.listeners[1].get("tcp_backlog_size"), None);
}

#[test]
fn a_listener_filter_comes_last() {
    let patch = json!({
        "applyTo": "LISTENER_FILTER",
        "match": {"context": "ANY", "listener": {"name": "virtualInbound"}},
        "patch": {"operation": "ADD", "value": {"name": "second"}},
    });
    let xds = patched(&patch).unwrap();
    assert_eq!(xds.listeners[1]["listener_filters"], json!([{"name": "first"}, {"name": "second"}]));
}

#[test]
fn a_cluster_is_found_by_the_port_in_its_name() {
    let xds = patched(&cluster(25, &json!({"transport_socket": {"name": "proxy"}}))).unwrap();
    assert_eq!(xds.clusters[0]["transport_socket"]["name"], "proxy");
    assert_eq!(xds.clusters[1].get("transport_socket"), None);
}

#[test]
fn what_pilot_drops_is_an_error() {
    let with_more = json!({"transport_socket": {"name": "proxy"}, "connect_timeout": "1s"});
    assert!(patched(&cluster(25, &with_more)).is_err());
}

#[test]
fn a_patch_that_finds_nothing_is_an_error() {
    let broken = [early_data(2525, "tcp_proxy"), early_data(25, "tcp"), cluster(26, &json!({"a": 1}))];
    for patch in &broken {
        let error = patched(patch).unwrap_err();
        assert!(format!("{error:#}").ends_with("it finds nothing"), "{error:#}");
    }
}

#[test]
fn a_patch_for_another_context_is_an_error() {
    let filter = json!({"spec": {"configPatches": [early_data(25, "tcp_proxy")]}});
    assert!(apply(&mut xds(), &filter, "GATEWAY").is_err());
}
