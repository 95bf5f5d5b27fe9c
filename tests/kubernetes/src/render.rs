//! deploy/kubernetes through kustomize, from a copy that people would have: with the module in its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::manifest::Manifests;
use crate::process::run;

/// What is copied, from the root of the tree.
const SHIPPED: &str = "deploy/kubernetes";
const MODULE: &str = "components/module-configmap/postscreen.wasm";
const OVERLAYS: &str = "overlays";
const KUSTOMIZATION: &str = "kustomization.yaml";

/// What people are told to switch on in an overlay's kustomization.yaml.
const SWITCHES: [ComponentSwitch; 3] = [
    ComponentSwitch {
        name: "proxy-from-balancer",
        from: "# - ../../components/proxy-from-balancer",
        to: "- ../../components/proxy-from-balancer",
    },
    ComponentSwitch {
        name: "podmonitor",
        from: "# - ../../components/podmonitor",
        to: "- ../../components/podmonitor",
    },
    ComponentSwitch {
        name: "module-image",
        from: "components/module-configmap ",
        to: "components/module-image ",
    },
];

/// One change of an overlay's kustomization.yaml.
#[derive(Clone, Copy, Debug)]
pub struct ComponentSwitch {
    pub name: &'static str,
    from: &'static str,
    to: &'static str,
}

/// The copy, and kustomize.
#[derive(Debug)]
pub struct Kustomize {
    program: PathBuf,
    copy: TempDir,
}

// === impl Kustomize ===

impl Kustomize {
    /// Copies the tree's manifests, and puts this module in its place.
    pub fn new(program: &Path, module: &[u8]) -> Result<Self> {
        let copy = tempfile::Builder::new().prefix("kubernetes-").tempdir()?;
        let root = copy.path().join(SHIPPED);
        fs::create_dir_all(&root)?;
        run(Command::new("cp").args(["--recursive", "--no-target-directory", SHIPPED]).arg(&root))?;
        fs::write(root.join(MODULE), module)?;
        let program = fs::canonicalize(program).with_context(|| format!("no {}", program.display()))?;
        Ok(Self { program, copy })
    }

    /// The names of all overlays that kustomize renders.
    pub fn overlays(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder(""))? {
            let entry = entry?;
            if entry.path().join(KUSTOMIZATION).exists() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort_unstable();
        ensure!(!names.is_empty(), "there is no overlay in {SHIPPED}");
        Ok(names)
    }

    /// The switches that an overlay has.
    pub fn switches(&self, overlay: &str) -> Result<Vec<ComponentSwitch>> {
        let text = fs::read_to_string(self.folder(overlay).join(KUSTOMIZATION))?;
        Ok(SWITCHES.into_iter().filter(|switch| text.contains(switch.from)).collect())
    }

    /// An overlay with switches thrown, as text.
    pub fn render(&self, overlay: &str, switches: &[ComponentSwitch]) -> Result<String> {
        let mut names = vec![overlay];
        names.extend(switches.iter().map(|switch| switch.name));
        let name = names.join("+");
        let folder = self.folder(&name);
        if !switches.is_empty() {
            run(Command::new("cp").arg("--recursive").arg(self.folder(overlay)).arg(&folder))?;
            let file = folder.join(KUSTOMIZATION);
            let mut text = fs::read_to_string(&file)?;
            for switch in switches {
                ensure!(text.contains(switch.from), "{overlay} has no line {:?}", switch.from);
                text = text.replacen(switch.from, switch.to, 1);
            }
            fs::write(&file, text)?;
        }
        let rendered = run(Command::new(&self.program).arg("build").arg(&folder));
        if !switches.is_empty() {
            fs::remove_dir_all(folder)?;
        }
        rendered.with_context(|| format!("kustomize cannot render {name}"))
    }

    /// A folder beside the copy, with a kustomization.yaml and other files, as text.
    pub fn render_beside(&self, kustomization: &str, files: &[(&str, &str)]) -> Result<String> {
        let folder = self.copy.path().join("own");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(KUSTOMIZATION), kustomization)?;
        files.iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))?;
        let rendered = run(Command::new(&self.program).arg("build").arg(&folder));
        fs::remove_dir_all(folder)?;
        rendered.with_context(|| format!("kustomize cannot render:\n{kustomization}"))
    }

    /// The same as [`Self::render`], read.
    pub fn manifests(&self, overlay: &str, switches: &[ComponentSwitch]) -> Result<Manifests> {
        Manifests::read(&self.render(overlay, switches)?)
    }

    fn folder(&self, overlay: &str) -> PathBuf {
        self.copy.path().join(SHIPPED).join(OVERLAYS).join(overlay)
    }
}
