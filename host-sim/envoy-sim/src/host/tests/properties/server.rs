use super::{asked, connected, number};
use crate::{Input, UpstreamEnds};

#[test]
fn the_server_is_known_when_it_is_connected() {
    let (mut bench, client) = connected("0", "");
    bench.wait(30);
    let ends = UpstreamEnds {
        local: "198.51.100.1:49152".parse().unwrap(),
        server: "198.51.100.2:25".parse().unwrap(),
    };
    bench.handle(Input::UpstreamConnected { connection: client, ends: Some(ends) });
    for (path, value) in [
        ("upstream\0address", "198.51.100.2:25"),
        ("upstream\0port", &number(25)),
        ("upstream\0local_address", "198.51.100.1:49152"),
        ("upstream\0cx_pool_ready_duration", &number(30_000_000)),
        ("upstream\0locality", ""),
        ("upstream\0locality\0zone", ""),
        ("upstream\0num_endpoints", &number(1)),
    ] {
        assert_eq!(asked(&mut bench, client, path), ["000", value], "{path:?}");
    }
    assert_eq!(asked(&mut bench, client, "xds\0upstream_host_metadata"), ["003", ""]);
}

#[test]
fn a_driver_without_addresses_has_no_properties_of_theirs() {
    let (mut bench, client) = connected("0", "");
    bench.connected(client);
    for field in ["address", "port", "local_address"] {
        assert_eq!(asked(&mut bench, client, &format!("upstream\0{field}")), ["001", ""], "{field}");
    }
    assert_eq!(asked(&mut bench, client, "upstream\0locality\0region"), ["000", ""]);
}

/// As Envoy 1.40 does: what a module has paused is counted again with every read.
#[test]
fn bytes_are_counted_when_they_are_read_and_when_they_are_passed_on() {
    let (mut bench, client) = connected("0", "");
    bench.connected(client);
    bench.upstream(client, "220 mx\r\n");
    bench.seen();
    assert_eq!(asked(&mut bench, client, "response\0size"), ["000", &number(8)]);
    // The module takes the paths away, so that only new bytes count.
    let asked_before = "response\0size".len();
    let path = "request\0size";
    let read = i64::try_from(asked_before + path.len()).unwrap();
    assert_eq!(asked(&mut bench, client, path), ["000", &number(read)]);
}
