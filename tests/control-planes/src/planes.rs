//! What each control plane makes of our manifests: its own configuration, which is a sample, with our patches applied.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::client::Door;
use crate::machine::{GATEWAY, SIDECAR_POD};
use crate::manifests::Manifests;
use crate::screen::ScreenSetup;
use crate::xds::Xds;
use crate::{envoy_gateway, istio};

/// How Envoy Gateway calls the listener: up to 1.9, and from 1.10 on.
pub const LISTENER_NAMES: [(&str, &str); 2] = [
    ("mail/smtp/smtp", "deploy/envoy-gateway/patch.yaml"),
    ("tcp-25", "deploy/envoy-gateway/options/patch-tcp-25.yaml"),
];
/// The screen of an Istio gateway, in both of its APIs.
pub const PLUGINS: [(&str, &str); 2] = [
    ("WasmPlugin", "deploy/istio/gateway/wasmplugin.yaml"),
    ("TrafficExtension", "deploy/istio/gateway/options/trafficextension.yaml"),
];
/// The sidecar, and the same behind a balancer.
pub const SIDECARS: [(&str, bool); 2] =
    [("screen.yaml", false), ("screen.yaml and options/proxy-in.yaml", true)];

/// Which PROXY header the cluster of the mail server sends.
const HEADER_VERSION: &str = "/transport_socket/typed_config/config/version";

/// Envoy Gateway, with a policy for the listener of this name.
pub fn envoy_gateway(listener: &str, patch: &str, module: &Path) -> Result<ScreenSetup> {
    let mut xds = Xds::sample("envoy-gateway")?;
    xds.listeners[0]["name"] = json!(listener);
    let manifests = Manifests::read(&["deploy/envoy-gateway/gateway.yaml", patch])?;
    let proxy = manifests.one("EnvoyProxy")?;
    envoy_gateway::merge_bootstrap(&mut xds, proxy)?;
    envoy_gateway::apply(&mut xds, manifests.one("EnvoyPatchPolicy")?)?;
    // The sample has been made with this version.
    let wanted = &manifests.one("BackendTrafficPolicy")?["spec"]["proxyProtocol"]["version"];
    ensure!(xds.clusters[0].pointer(HEADER_VERSION) == Some(wanted), "the sample has another header");
    let mount = &proxy["spec"]["provider"]["kubernetes"]["envoyDeployment"]["container"]["volumeMounts"][0];
    let file = &mut xds.plugin()?["vm_config"]["code"]["local"]["filename"];
    // docs/envoy-gateway.md gives the file this name in the ConfigMap.
    let mounted = format!("{}/plugin.wasm", mount["mountPath"].as_str().unwrap_or_default());
    ensure!(*file == mounted, "the module is mounted as {mounted}, and the patch looks for {file}");
    *file = json!(module);
    let level = |component: &str| proxy["spec"]["logging"]["level"][component].as_str().unwrap_or("warn");
    let options =
        ["--log-level", level("default"), "--component-log-level", &format!("wasm:{}", level("wasm"))];
    let options = options.map(str::to_owned).to_vec();
    let door = Door { address: SocketAddr::new(IpAddr::V4(GATEWAY), 10025), balanced: false };
    Ok(ScreenSetup { xds, options, door, admin: 19000, metrics: 19001 })
}

/// A gateway of Istio's, with the screen from this file.
pub fn istio_gateway(kind: &str, plugin: &str, module: &Path) -> Result<ScreenSetup> {
    let mut xds = Xds::sample("istio-gateway")?;
    let files = ["workload", "route", "envoyfilter"].map(|name| format!("deploy/istio/gateway/{name}.yaml"));
    let manifests = Manifests::read(&[&files[0], &files[1], &files[2], plugin])?;
    let annotations = annotations(&manifests)?;
    istio::plugin::stats(&mut xds, annotations)?;
    istio::plugin::apply(&mut xds, manifests.one(kind)?, "CLIENT", module)?;
    istio::apply(&mut xds, manifests.one("EnvoyFilter")?, "GATEWAY")?;
    let wanted = &manifests.one("DestinationRule")?["spec"]["trafficPolicy"]["proxyProtocol"]["version"];
    ensure!(xds.clusters[0].pointer(HEADER_VERSION) == Some(wanted), "the sample has another header");
    let door = Door { address: SocketAddr::new(IpAddr::V4(GATEWAY), 25), balanced: false };
    istio_setup(xds, annotations, door)
}

/// A sidecar of Istio's.
pub fn istio_sidecar(balanced: bool, module: &Path) -> Result<ScreenSetup> {
    let mut xds = Xds::sample("istio-sidecar")?;
    let files = ["deploy/istio/sidecar/screen.yaml", "deploy/istio/sidecar/options/proxy-in.yaml"];
    let manifests = Manifests::read(if balanced { &files } else { &files[..1] })?;
    // The pod is the mail server's, and we ship none: its annotations, or the mesh's settings, are to be the same.
    let gateway = Manifests::read(&["deploy/istio/gateway/workload.yaml"])?;
    let annotations = annotations(&gateway)?;
    istio::plugin::stats(&mut xds, annotations)?;
    istio::plugin::apply(&mut xds, manifests.one("WasmPlugin")?, "SERVER", module)?;
    for filter in manifests.all("EnvoyFilter") {
        istio::apply(&mut xds, filter, "SIDECAR_INBOUND")?;
    }
    let door = Door { address: SocketAddr::new(IpAddr::V4(SIDECAR_POD), 25), balanced };
    istio_setup(xds, annotations, door)
}

fn annotations(workload: &Manifests) -> Result<&Value> {
    Ok(&workload.one("Deployment")?["spec"]["template"]["metadata"]["annotations"])
}

fn istio_setup(xds: Xds, annotations: &Value, door: Door) -> Result<ScreenSetup> {
    let level = annotations["sidecar.istio.io/componentLogLevel"].as_str().context("no level of the log")?;
    let options = ["--log-level", "warning", "--component-log-level", level].map(str::to_owned).to_vec();
    Ok(ScreenSetup { xds, options, door, admin: 15000, metrics: 15090 })
}

#[cfg(test)]
mod tests;
