use serde_json::json;

use super::*;

const FIELDS: &str = "a.test/v1 Thing:\n- spec.list.name\n- spec.free.*\n";

fn manifest(resource: Value) -> Manifest {
    Manifest { file: PathBuf::from("thing.yaml"), resource }
}

fn thing(spec: &Value) -> Manifest {
    manifest(json!({"apiVersion": "a.test/v1", "kind": "Thing", "spec": spec}))
}

#[test]
fn a_field_that_is_not_listed_is_a_problem() {
    let fields = KnownFields::parse(FIELDS).unwrap();
    let good = thing(&json!({"list": [{"name": "a"}, {"name": "b"}], "free": {"x": {"y": 1}}}));
    assert_eq!(fields.problem(&good), None);
    let bad = thing(&json!({"list": [{"name": "a"}, {"nome": "b"}]}));
    assert!(fields.problem(&bad).unwrap().ends_with("spec.list.nome"));
    assert!(fields.problem(&misspelt(&good).unwrap()).is_some());
}

#[test]
fn a_kind_that_is_not_listed_is_a_problem() {
    let fields = KnownFields::parse(FIELDS).unwrap();
    let other = manifest(json!({"apiVersion": "a.test/v2", "kind": "Thing", "spec": {}}));
    assert!(fields.problem(&other).unwrap().ends_with("a.test/v2 Thing"));
}

#[test]
fn who_knows_a_kind_goes_by_its_group() {
    for (version, kind, kubernetes, model) in [
        ("v1", "Service", true, false),
        ("apps/v1", "Deployment", true, false),
        ("networking.k8s.io/v1", "NetworkPolicy", true, false),
        ("gateway.networking.k8s.io/v1", "Gateway", false, true),
        ("gateway.networking.k8s.io/v1", "TCPRoute", false, false),
        ("networking.istio.io/v1", "Gateway", false, true),
        ("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", false, false),
    ] {
        let manifest = manifest(json!({"apiVersion": version, "kind": kind}));
        assert_eq!((is_kubernetes(&manifest), has_model(&manifest)), (kubernetes, model), "{version} {kind}");
    }
}

#[test]
fn what_has_no_field_of_its_own_is_not_misspelt() {
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a"}});
    assert!(misspelt(&manifest(account)).is_none());
}
