//! What Istio makes of a `WasmPlugin` or a `TrafficExtension`: an extension config, which its agent completes once it
//! has fetched the module; and of the annotations of a gateway's pod.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::xds::Xds;

/// The tag of Istio's own before which `extraStatTags` stand.
const FIRST_OF_ISTIO: &str = "cache";

/// Fills in the extension config of the sample. `mode` is what the plugin must match, and `module` where the agent has
/// put it.
pub fn apply(xds: &mut Xds, plugin: &Value, mode: &str, module: &Path) -> Result<()> {
    let (spec, metadata) = (&plugin["spec"], &plugin["metadata"]);
    ensure!(spec["match"] == json!([{"mode": mode, "ports": [{"number": 25}]}]), "{}", spec["match"]);
    // A TrafficExtension has what is about Wasm one level further down.
    let wasm = spec.get("wasm").unwrap_or(spec);
    ensure!(wasm["type"] == "NETWORK", "the plugin is of type {}", wasm["type"]);
    let text =
        |value: &Value| Ok::<_, anyhow::Error>(value.as_str().context("a text is missing")?.to_owned());
    let extension = xds.extension_configs.first_mut().context("the sample has no extension config")?;
    let config = &mut extension["typed_config"]["config"];
    config["name"] = json!(format!("{}.{}", text(&metadata["namespace"])?, text(&metadata["name"])?));
    config["root_id"] = wasm["pluginName"].clone();
    config["failure_policy"] = wasm["failStrategy"].clone();
    config["configuration"]["value"] = json!(wasm["pluginConfig"].to_string());
    config["vm_config"]["code"]["local"]["filename"] = json!(module);
    Ok(())
}

/// Puts what a pod's annotations say of metrics into the bootstrap: `extraStatTags`, and bounds of histograms.
pub fn stats(xds: &mut Xds, annotations: &Value) -> Result<()> {
    let proxy = annotations["proxy.istio.io/config"].as_str().context("no annotation of the proxy")?;
    let proxy: Value = serde_saphyr::from_str(proxy)?;
    let extra = proxy["extraStatTags"].as_array().context("no extraStatTags")?;
    let tags = xds.bootstrap.pointer_mut("/stats_config/stats_tags").and_then(Value::as_array_mut);
    let tags = tags.context("the sample has no tags")?;
    let place = tags.iter().position(|tag| tag["tag_name"] == FIRST_OF_ISTIO).context("no tag of Istio's")?;
    let extra = extra.iter().filter_map(Value::as_str);
    let extra = extra.map(|name| json!({"tag_name": name, "regex": format!(r"({name}=\.=(.*?);\.;)")}));
    tags.splice(place..place, extra);
    let buckets = annotations["sidecar.istio.io/statsHistogramBuckets"].as_str().context("no buckets")?;
    let buckets: BTreeMap<String, Vec<f64>> = serde_json::from_str(buckets)?;
    let buckets =
        buckets.iter().map(|(prefix, bounds)| json!({"match": {"prefix": prefix}, "buckets": bounds}));
    xds.bootstrap["stats_config"]["histogram_bucket_settings"] = buckets.collect();
    Ok(())
}
