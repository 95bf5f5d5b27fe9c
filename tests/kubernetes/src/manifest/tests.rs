use serde_json::json;

use super::*;
use crate::kubelet::STAND_IN;

fn deployment(field: &str, value: Value) -> Value {
    let mut container = json!({"name": "a", "image": STAND_IN, "resources": {"limits": {"cpu": "1"}}});
    container[field] = value;
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"},
        "spec": {"selector": {}, "template": {"metadata": {}, "spec": {"containers": [container]}}},
    })
}

#[test]
fn what_is_not_played_is_left_out_and_defaults_are_kubernetes_own() {
    let pod = pod_of(deployment("args", json!(["x"]))).unwrap();
    assert_eq!(pod.termination_grace_period_seconds, 30);
    assert_eq!((pod.init_containers.len(), pod.containers.len(), pod.volumes.len()), (0, 1, 0));
    assert_eq!(pod.containers[0].pre_stop_seconds(), 0);
}

#[test]
fn a_field_that_nobody_has_decided_on_is_an_error() {
    for (field, value) in [
        ("workingDir", json!("/")),
        ("lifecycle", json!({"postStart": {}})),
        ("readinessProbe", json!({"exec": {"command": ["true"]}})),
        ("securityContext", json!({"privileged": true})),
    ] {
        let error = pod_of(deployment(field, value)).unwrap_err();
        assert!(format!("{error:#}").contains("unknown field"), "{error:#}");
    }
}

#[test]
fn probes_find_ports_by_name_and_have_kubernetes_timing() {
    let probe: Probe = serde_json::from_value(json!({"tcpSocket": {"port": "ready"}})).unwrap();
    let ports = serde_json::from_value::<Vec<_>>(json!([{"name": "ready", "containerPort": 9903}])).unwrap();
    assert_eq!(probe.action(&ports).unwrap(), ProbeAction::Connect { port: 9903 });
    assert!(probe.action(&[]).is_err());
    assert_eq!((probe.period().as_secs(), probe.timeout().as_secs(), probe.failures_max()), (10, 1, 3));
    let probe: Probe =
        serde_json::from_value(json!({"httpGet": {"path": "/ready", "port": 9902}, "periodSeconds": 1}))
            .unwrap();
    let get = ProbeAction::Get { port: 9902, path: "/ready".to_owned() };
    assert_eq!((probe.action(&[]).unwrap(), probe.period().as_secs()), (get, 1));
}

#[test]
fn a_container_overrides_its_pod() {
    let context = |value| serde_json::from_value::<SecurityContext>(value).unwrap();
    let pod = context(json!({"runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532}));
    let root = context(json!({"runAsNonRoot": false, "runAsUser": 0})).over(&pod);
    assert_eq!(
        (root.run_as_non_root, root.run_as_user, root.run_as_group),
        (Some(false), Some(0), Some(65532))
    );
    assert_eq!(context(json!({})).over(&pod).run_as_user, Some(65532));
}

#[test]
fn a_folder_is_mounted_before_what_is_in_it() {
    let mount = |path: &str| serde_json::from_value(json!({"name": "v", "mountPath": path})).unwrap();
    let mounts = by_depth(["/etc/postfix/main.cf", "/var/mail", "/etc/postfix", "/tmp"].map(mount).into());
    let paths: Vec<_> = mounts.iter().map(|mount| mount.mount_path.to_str().unwrap()).collect();
    assert_eq!(paths, ["/tmp", "/var/mail", "/etc/postfix", "/etc/postfix/main.cf"]);
}

#[test]
fn config_maps_have_text_and_bytes() {
    let text =
        "kind: ConfigMap\nmetadata: {name: m}\ndata: {a: '1'}\nbinaryData:\n  b: |\n    AGFz\n    bQ==\n";
    let deployment = serde_json::to_string(&deployment("args", json!([]))).unwrap();
    let manifests = Manifests::read(&format!("{text}---\n{deployment}")).unwrap();
    let files = &manifests.pod().unwrap().config_maps["m"];
    assert_eq!((files["a"].as_slice(), files["b"].as_slice()), (b"1".as_slice(), b"\0asm".as_slice()));
}

#[test]
fn every_kind_is_known_or_an_error() {
    let manifests = Manifests::read("kind: Job\n").unwrap();
    assert!(manifests.pod().unwrap_err().to_string().starts_with("Job: "));
}
