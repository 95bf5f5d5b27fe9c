//! What stands in two files, because nothing can be shared between them: the same, but for what is listed here.

mod sidecars;

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

const BASE: &str = "deploy/kubernetes/base";
const LDS: &str = "deploy/envoy/lds";
const LISTENER_BEHIND_BALANCER: &str = "deploy/kubernetes/components/proxy-from-balancer/listener.yaml";
pub const SIDECAR_VALUES: &str = "deploy/kubernetes/overlays/docker-mailserver-sidecar/values.yaml";

/// A comparison, with what it shows.
type Comparison = (&'static str, fn() -> Result<()>);

/// All of them.
pub const COMPARISONS: [Comparison; 4] = [
    ("the listener behind a balancer is base's with listener_filters", behind_a_balancer),
    ("base's listener is deploy/envoy/lds's but for ports, actions and the access log", listeners),
    ("base's clusters, and what it does with metrics, are deploy/envoy/lds's", bootstraps),
    ("the containers in values.yaml are base's with the pod's fields", sidecars::compare),
];

fn behind_a_balancer() -> Result<()> {
    let mut behind = listener(LISTENER_BEHIND_BALANCER)?;
    let filters = remove(&mut behind, "listener_filters")?;
    ensure!(filters[0]["name"] == "envoy.filters.listener.proxy_protocol", "listener_filters: {filters:#}");
    same(&behind, &listener(&format!("{BASE}/listener.yaml"))?)
}

fn listeners() -> Result<()> {
    let mut here = listener(&format!("{BASE}/listener.yaml"))?;
    let mut there = listener(&format!("{LDS}/listeners.yaml"))?;
    // Nobody is root in the pod.
    remove(&mut here, "address")?;
    remove(&mut there, "address")?;
    // The port of the readiness probe.
    remove(&mut here, "additional_addresses")?;
    let chains = here["filter_chains"].as_array_mut().context("no filter_chains")?;
    ensure!(chains[0]["filter_chain_match"] == json!({"destination_port": 9903}), "{}", chains[0]);
    chains.remove(0);
    // Nor may the probe's connections be in the access log, which is that of the chain for mail.
    remove(&mut there, "access_log")?;
    remove(&mut here["filter_chains"][0]["filters"][1]["typed_config"], "access_log")?;
    // A folder of its own, because a volume is one; and actions that harm nobody, for a start.
    let (own, other) = (screen(&mut here)?, screen(&mut there)?);
    ensure!(own.file == "/etc/envoy/module/postscreen.wasm", "{}", own.file);
    ensure!(other.file == "/etc/envoy/postscreen.wasm", "{}", other.file);
    for action in ["greet_action", "dnsbl_action"] {
        let actions = (&own.policy[action], &other.policy[action]);
        ensure!(actions == (&json!("ignore"), &json!("drop")), "{action}: {actions:?}");
    }
    same(&without_actions(own.policy), &without_actions(other.policy))?;
    same(&here, &there)
}

fn bootstraps() -> Result<()> {
    let (here, there) = (read(&format!("{BASE}/envoy.yaml"))?, read(&format!("{LDS}/envoy.yaml"))?);
    for name in ["speaker", "resolver"] {
        same(named(&here, "clusters", name)?, named(&there, "clusters", name)?)?;
    }
    same(named(&here, "listeners", "speaker")?, named(&there, "listeners", "speaker")?)?;
    same(&here["stats_config"], &there["stats_config"])?;
    same(&here["node"], &there["node"])
}

/// Where the module of a listener is, and its policy; both are taken out.
struct Screen {
    file: String,
    policy: Value,
}

fn screen(listener: &mut Value) -> Result<Screen> {
    let config = &mut listener["filter_chains"][0]["filters"][0]["typed_config"]["config"];
    let file = remove(&mut config["vm_config"]["code"]["local"], "filename")?;
    let policy = remove(&mut config["configuration"], "value")?;
    let policy = serde_json::from_str(policy.as_str().context("no policy")?)?;
    Ok(Screen { file: file.as_str().context("no module")?.to_owned(), policy })
}

fn without_actions(mut policy: Value) -> Value {
    for action in ["greet_action", "dnsbl_action"] {
        policy.as_object_mut().map(|fields| fields.remove(action));
    }
    policy
}

fn listener(file: &str) -> Result<Value> {
    let resources = read(file)?["resources"].clone();
    ensure!(resources.as_array().is_some_and(|all| all.len() == 1), "{file}: one listener was expected");
    Ok(resources[0].clone())
}

fn named<'a>(bootstrap: &'a Value, kind: &str, name: &str) -> Result<&'a Value> {
    let mut all = bootstrap["static_resources"][kind].as_array().into_iter().flatten();
    all.find(|one| one["name"] == name).with_context(|| format!("no {name} among the {kind}"))
}

fn remove(value: &mut Value, field: &str) -> Result<Value> {
    let removed = value.as_object_mut().and_then(|fields| fields.remove(field));
    removed.with_context(|| format!("{field} is not there"))
}

/// A file of YAML.
pub fn read(file: &str) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    serde_saphyr::from_str(&text).with_context(|| file.to_owned())
}

/// Texts with YAML in them are compared as YAML: comments may differ.
fn same(left: &Value, right: &Value) -> Result<()> {
    let (left, right) = (parsed(left.clone()), parsed(right.clone()));
    ensure!(left == right, "they differ:\n{left:#}\n{right:#}");
    Ok(())
}

fn parsed(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\n') => {
            serde_saphyr::from_str(&text).unwrap_or(Value::String(text))
        }
        Value::Array(items) => items.into_iter().map(parsed).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, parsed(value))).collect(),
        other => other,
    }
}
