//! What a control plane sends to Envoy, and the files from which an Envoy without one reads the same.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// The type of the screen's filter.
const SCREEN: &str = "type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm";

/// The resources of one Envoy. The samples have them before our patches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Xds {
    /// What Envoy starts with.
    pub bootstrap: Value,
    /// LDS.
    pub listeners: Vec<Value>,
    /// CDS.
    pub clusters: Vec<Value>,
    /// EDS.
    #[serde(default)]
    pub endpoints: Vec<Value>,
    /// ECDS.
    #[serde(default)]
    pub extension_configs: Vec<Value>,
}

/// Where it is written: Envoy starts with the first file, and watches the others as it watches a control plane.
#[derive(Clone, Debug)]
pub struct XdsFiles {
    /// The bootstrap, clusters included.
    pub bootstrap: PathBuf,
    listeners: PathBuf,
    extensions: PathBuf,
}

// === impl Xds ===

impl Xds {
    /// One of the samples.
    pub fn sample(name: &str) -> Result<Self> {
        let file = format!("tests/control-planes/samples/{name}.yaml");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
        serde_saphyr::from_str(&text).with_context(|| format!("{file} is no sample"))
    }

    /// The cluster of this name.
    pub fn cluster(&mut self, name: &str) -> Result<&mut Value> {
        named(&mut self.clusters, name).with_context(|| format!("there is no cluster {name}"))
    }

    /// The configuration of the screen: over ECDS, or in a listener.
    pub fn plugin(&mut self) -> Result<&mut Value> {
        let chains =
            self.listeners.iter_mut().filter_map(|listener| listener["filter_chains"].as_array_mut());
        let filters = chains.flatten().filter_map(|chain| chain["filters"].as_array_mut()).flatten();
        let mut all = self.extension_configs.iter_mut().chain(filters);
        all.find_map(|filter| {
            let typed = filter.get_mut("typed_config")?;
            if typed["@type"] == SCREEN { typed.get_mut("config") } else { None }
        })
        .context("there is no screen")
    }

    /// Clusters with the endpoints that EDS would bring.
    fn static_clusters(&self) -> Result<Vec<Value>> {
        let mut clusters = self.clusters.clone();
        for cluster in &mut clusters {
            let Some(eds) = cluster.as_object_mut().and_then(|fields| fields.remove("eds_cluster_config"))
            else {
                continue;
            };
            let endpoints = self.endpoints.iter().find(|set| set["cluster_name"] == eds["service_name"]);
            cluster["type"] = json!("STATIC");
            cluster["load_assignment"] = endpoints.context("a cluster without endpoints")?.clone();
        }
        Ok(clusters)
    }
}

// === impl XdsFiles ===

impl XdsFiles {
    /// In a folder of their own.
    pub fn new(folder: &Path) -> Self {
        let file = |name| folder.join(name);
        Self {
            bootstrap: file("envoy.json"),
            listeners: file("listeners.json"),
            extensions: file("extensions.json"),
        }
    }

    /// Writes everything.
    pub fn write(&self, xds: &Xds) -> Result<()> {
        let mut bootstrap = xds.bootstrap.clone();
        // Without a name Envoy asks nobody for listeners, not even a file.
        bootstrap["node"] = json!({"id": "test", "cluster": "test"});
        bootstrap["dynamic_resources"] = json!({"lds_config": source(&self.listeners)});
        let clusters = bootstrap.pointer_mut("/static_resources/clusters").and_then(Value::as_array_mut);
        clusters.context("a bootstrap without clusters")?.extend(xds.static_clusters()?);
        fs::write(&self.bootstrap, bootstrap.to_string())?;
        self.update(xds)
    }

    /// Writes what a control plane changes while Envoy runs.
    pub fn update(&self, xds: &Xds) -> Result<()> {
        let mut listeners = xds.listeners.clone();
        for config_source in listeners.iter_mut().flat_map(config_sources) {
            *config_source = source(&self.extensions);
        }
        // Extensions first: the listeners wait for them.
        let extension = "envoy.config.core.v3.TypedExtensionConfig";
        replace(&self.extensions, &discovery(extension, &xds.extension_configs))?;
        replace(&self.listeners, &discovery("envoy.config.listener.v3.Listener", &listeners))
    }
}

/// A file in place of the control plane.
fn source(file: &Path) -> Value {
    json!({"path_config_source": {"path": file}, "resource_api_version": "V3"})
}

/// Where the filters of a listener have their configurations from, if not from the listener.
fn config_sources(listener: &mut Value) -> impl Iterator<Item = &mut Value> {
    let chains = listener["filter_chains"].as_array_mut().into_iter().flatten();
    let filters = chains.filter_map(|chain| chain["filters"].as_array_mut()).flatten();
    filters.filter_map(|filter| filter.pointer_mut("/config_discovery/config_source"))
}

fn discovery(kind: &str, resources: &[Value]) -> Value {
    let mut resources = resources.to_vec();
    for resource in &mut resources {
        resource["@type"] = json!(format!("type.googleapis.com/{kind}"));
    }
    json!({"resources": resources})
}

/// Envoy looks at a file when another takes its place.
fn replace(file: &Path, content: &Value) -> Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, content.to_string())?;
    Ok(fs::rename(&new, file)?)
}

/// The element of a list that has this `name`.
pub fn named<'a>(list: &'a mut [Value], name: &str) -> Option<&'a mut Value> {
    list.iter_mut().find(|element| element["name"] == name)
}
