//! What is in the manifests and is not played, each with the reason. Schemas and eyes check it.

use serde_json::Value;

/// Objects that are for the cluster: nothing here routes, scales, or filters.
const KINDS: [&str; 7] = [
    "HorizontalPodAutoscaler",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "PodMonitor",
    "Service",
    "ServiceAccount",
];

/// Fields of Deployments and `ConfigMap`s; `*` is every item of a list.
const FIELDS: &[&str] = &[
    // Who they are.
    "apiVersion",
    "kind",
    "metadata",
    // One pod is played, and nobody replaces it.
    "spec/replicas",
    "spec/selector",
    "spec/strategy",
    "spec/template/metadata",
    // No scheduler, no API server.
    "spec/template/spec/topologySpreadConstraints",
    "spec/template/spec/serviceAccountName",
    "spec/template/spec/automountServiceAccountToken",
    "spec/template/spec/enableServiceLinks",
    // The profile is the container runtime's.
    "spec/template/spec/securityContext/seccompProfile",
    "spec/template/spec/initContainers/*/securityContext/seccompProfile",
    // No control groups of the suite's own.
    "spec/template/spec/initContainers/*/resources",
    "spec/template/spec/containers/*/resources",
    "spec/template/spec/volumes/*/emptyDir/sizeLimit",
    // Nobody is restarted: a probe that fails is a test that fails.
    "spec/template/spec/initContainers/*/livenessProbe/terminationGracePeriodSeconds",
    "spec/template/spec/containers/*/livenessProbe/terminationGracePeriodSeconds",
    // No pod was there before.
    "spec/template/spec/volumes/*/persistentVolumeClaim/claimName",
    // The file is the one under test.
    "spec/template/spec/volumes/*/image/pullPolicy",
];

/// Whether objects of this kind are left out.
pub fn kind(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// Takes the fields out that are not played.
pub fn prune(document: &mut Value) {
    for field in FIELDS {
        let path: Vec<_> = field.split('/').collect();
        remove(document, &path);
    }
}

fn remove(value: &mut Value, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else { return };
    match value {
        Value::Array(items) if *first == "*" => items.iter_mut().for_each(|item| remove(item, rest)),
        Value::Object(fields) if rest.is_empty() => _ = fields.remove(*first),
        Value::Object(fields) => {
            if let Some(inner) = fields.get_mut(*first) {
                remove(inner, rest);
            }
        }
        _ => {}
    }
}
