use serde_json::Value;

use super::*;
use crate::kubelet::images::Images;
use crate::manifest::{PodManifest, pod_of};

/// The configuration of a pod's only container.
fn of(container: &Value, pod_security: &Value) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let volumes = json!([{"name": "v", "emptyDir": {}}]);
    let spec = json!({"containers": [container], "securityContext": pod_security, "volumes": volumes});
    let spec = pod_of(json!({"spec": {"template": {"spec": spec}}}))?;
    let images = Images { envoy: "envoy".into(), host_sim: "host-sim".into(), module: "module".into() };
    let image = images.container("registry.example/replace-me/host-sim:latest")?;
    let manifest = PodManifest { spec, config_maps: [].into() };
    let around = Surroundings {
        pod: &manifest.spec,
        hostname: "pod",
        image: &image,
        variables: &[("PORT".to_owned(), "25".to_owned())].into(),
        volumes: &Volumes::make(folder.path(), &manifest, &images)?,
        pod_files: &[("hosts".into(), "/etc/hosts")],
        network: Path::new("/net"),
    };
    configuration(&manifest.spec.containers[0], &around)
}

fn container(more: &Value) -> Value {
    let mut container = json!({"name": "c", "image": "i"});
    for (field, value) in more.as_object().unwrap() {
        container[field] = value.clone();
    }
    container
}

#[test]
fn a_command_is_in_place_of_the_entry_point_and_arguments_are_expanded() {
    let process = |more| of(&container(&more), &json!({})).unwrap()["process"].clone();
    assert_eq!(process(json!({"args": ["--port=$(PORT)"]}))["args"], json!(["/host-sim", "--port=25"]));
    let process = process(json!({"command": ["sh"], "args": ["$$(PORT)"]}));
    assert_eq!(process["args"], json!(["sh", "$(PORT)"]));
    assert!(process["env"].as_array().unwrap().contains(&json!("PORT=25")), "{process}");
}

#[test]
fn who_is_not_root_has_no_capability_in_effect() {
    let restricted = json!({
        "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true,
        "capabilities": {"drop": ["ALL"]},
    });
    let pod = json!({"runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532});
    let configuration = of(&container(&json!({"securityContext": restricted})), &pod).unwrap();
    let process = &configuration["process"];
    assert_eq!(process["user"], json!({"uid": 65532, "gid": 65532}));
    assert_eq!(process["noNewPrivileges"], true);
    assert_eq!(process["capabilities"], json!({"bounding": [], "effective": [], "permitted": []}));
    assert_eq!(configuration["root"]["readonly"], true);
}

#[test]
fn root_has_what_is_added_to_nothing_or_what_a_runtime_gives() {
    let capabilities = |more| of(&container(&more), &json!({})).unwrap()["process"]["capabilities"].clone();
    let few = capabilities(json!({"securityContext": {"capabilities": {"drop": ["ALL"], "add": ["KILL"]}}}));
    assert_eq!(few["effective"], json!(["CAP_KILL"]));
    let usual = capabilities(json!({}));
    assert_eq!(usual["bounding"].as_array().unwrap().len(), CAPABILITIES.len());
    assert_eq!(usual["bounding"], usual["effective"]);
}

#[test]
fn nobody_is_root_who_must_not_be() {
    let error = of(&container(&json!({})), &json!({"runAsNonRoot": true})).unwrap_err();
    assert_eq!(error.to_string(), "c: runAsNonRoot, and the user is root");
}

#[test]
fn volumes_are_mounted_after_the_images_files() {
    let mounts =
        json!([{"name": "v", "mountPath": "/a/b", "readOnly": true}, {"name": "v", "mountPath": "/a"}]);
    let configuration = of(&container(&json!({"volumeMounts": mounts})), &json!({})).unwrap();
    let binds = configuration["mounts"].as_array().unwrap().iter().filter(|mount| mount["type"] == "bind");
    let binds: Vec<_> =
        binds.map(|mount| (mount["destination"].clone(), mount["options"][1].clone())).collect();
    let expected =
        [("/host-sim", "ro"), ("/postscreen.wasm", "ro"), ("/etc/hosts", "ro"), ("/a", "rw"), ("/a/b", "ro")];
    assert_eq!(binds, expected.map(|(place, mode)| (json!(place), json!(mode))));
}
