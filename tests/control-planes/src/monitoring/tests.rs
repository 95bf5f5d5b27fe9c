//! What Envoy is to do with our metrics stands in many files, and is the same in all of them.

use serde_json::{Value, json};

use crate::manifests::Manifests;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const BUCKETS: &str = "sidecar.istio.io/statsHistogramBuckets";

fn text(file: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}/{file}")).unwrap()
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// What `deploy/envoy` has, the same in all of its files.
fn shipped() -> Value {
    yaml(&text("deploy/envoy/postscreen.yaml"))["stats_config"].clone()
}

/// The one that the page has with this word in it.
fn example(word: &str) -> Value {
    let page = text("docs/monitoring.md");
    let examples = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let examples: Vec<_> = examples.filter(|example| example.contains(word)).collect();
    assert_eq!(examples.len(), 1, "{word}");
    yaml(examples[0])
}

fn one(file: &str, kind: &str) -> Value {
    Manifests::read(&[&format!("{ROOT}/{file}")]).unwrap().one(kind).unwrap().clone()
}

#[test]
fn labels_and_bounds_are_the_same_wherever_envoy_is_told_of_them() {
    let shipped = shipped();
    assert_eq!(yaml(&text("deploy/kubernetes/base/envoy.yaml"))["stats_config"], shipped);
    assert_eq!(example("stats_config:")["stats_config"], shipped);
    let proxy = one("deploy/envoy-gateway/gateway.yaml", "EnvoyProxy");
    let bootstrap = proxy["spec"]["bootstrap"]["value"].as_str().unwrap();
    assert_eq!(yaml(bootstrap)["stats_config"], shipped);
}

#[test]
fn istio_is_told_the_same_bounds() {
    let settings = &shipped()["histogram_bucket_settings"];
    let bounds = |name: &str| {
        let mut settings = settings.as_array().unwrap().iter();
        settings.find(|one| one["match"]["suffix"] == name).unwrap()["buckets"].clone()
    };
    let expected = json!({
        "wasmcustom.postscreen_verdict_milliseconds": bounds("postscreen_verdict_milliseconds"),
        "wasmcustom.zone=": bounds("postscreen_list_answer_milliseconds"),
    });
    let workload = one("deploy/istio/gateway/workload.yaml", "Deployment");
    for metadata in [&workload["spec"]["template"]["metadata"], &example(BUCKETS)["metadata"]] {
        let told = metadata["annotations"][BUCKETS].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(told).unwrap(), expected);
    }
}
