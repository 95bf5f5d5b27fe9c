//! What kustomize makes of every overlay and of what docs/kubernetes.md tells people to add, and what Kubernetes says
//! to it. Nothing runs.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::duplicates::{COMPARISONS, SIDECAR_VALUES, read};
use crate::manifest::Manifests;
use crate::render::Kustomize;
use crate::report::Report;
use crate::schemas::Schemas;

const MANUAL: &str = "docs/kubernetes.md";
/// The begin of every module.
const NO_MODULE: &[u8] = b"\0asm";

/// All tests that need no pod, and how they went.
pub fn run(kustomize: &Path, validate: &Path) -> Result<Report> {
    let mut report = Report::default();
    for (what, compare) in COMPARISONS {
        report.test("duplicates", what, compare());
    }
    let kustomize = Kustomize::new(kustomize, NO_MODULE)?;
    let mut schemas = Schemas::new(validate)?;
    for overlay in kustomize.overlays()? {
        let result = kustomize.render(&overlay, &[]).and_then(|rendered| fits(&mut schemas, &rendered));
        report.test(
            &overlay,
            "renders, fits the schemas, and has no field that nobody has decided on",
            result,
        );
        let switches = kustomize.switches(&overlay)?;
        for switch in &switches {
            let rendered = kustomize.render(&overlay, &[*switch]);
            let result = rendered.and_then(|rendered| fits(&mut schemas, &rendered));
            report.test(&overlay, &format!("the same with {}", switch.name), result);
        }
        if switches.len() > 1 {
            let result =
                kustomize.render(&overlay, &switches).and_then(|rendered| fits(&mut schemas, &rendered));
            report.test(&overlay, "the same with all of them", result);
        }
    }
    let result = own_folder(&kustomize, &mut schemas);
    report.test(MANUAL, "a folder of one's own changes the mail server and the policy", result);
    report.test(MANUAL, "hostPort is where the patch puts it", host_port(&kustomize, &mut schemas));
    report.test("docker-mailserver-sidecar", "its containers fit the schemas", chart_values(&mut schemas));
    report.test("schemas", "a misspelt field does not pass", misspelt(&kustomize, &mut schemas));
    Ok(report)
}

fn fits(schemas: &mut Schemas, rendered: &str) -> Result<()> {
    schemas.check(rendered)?;
    Manifests::read(rendered)?.pod().map(drop)
}

/// The manual's kustomization.yaml, beside the tree.
fn own_folder(kustomize: &Kustomize, schemas: &mut Schemas) -> Result<()> {
    let rendered = kustomize
        .render_beside(block_with("resources: [../deploy")?.as_str(), &[("listener.yaml", "own: 1\n")])?;
    fits(schemas, &rendered)?;
    let pod = Manifests::read(&rendered)?.pod()?;
    let file = |map: &str, file: &str| {
        // A map that changes has a name that ends in a hash.
        let mut maps = pod.config_maps.iter().filter(|(name, _)| name.starts_with(map));
        let found = maps.find_map(|(_, files)| files.get(file));
        found.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).with_context(|| format!("no {file}"))
    };
    ensure!(file("mail-server", "MAIL_SERVER_HOST")? == "postfix", "the host is another");
    ensure!(file("mail-server", "MAIL_SERVER_PORT")? == "2525", "the port is gone");
    ensure!(file("mail-edge-listener", "listener.yaml")? == "own: 1\n", "the policy is another");
    Ok(())
}

/// The manual's patch, in a folder beside the tree.
fn host_port(kustomize: &Kustomize, schemas: &mut Schemas) -> Result<()> {
    let head = "resources: [../deploy/kubernetes/overlays/mail-ingress]";
    let rendered = kustomize.render_beside(&format!("{head}\n{}\n", block_with("hostPort")?), &[])?;
    schemas.check(&rendered)?;
    ensure!(
        rendered.contains("- containerPort: 1025\n          hostPort: 25\n"),
        "no hostPort at the port for mail"
    );
    Ok(())
}

/// What docker-mailserver's chart puts into its Deployment.
fn chart_values(schemas: &mut Schemas) -> Result<()> {
    let values = read(SIDECAR_VALUES)?;
    let labels = json!({"app": "x"});
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {
            "initContainers": values["deployment"]["initContainers"],
            "volumes": values["deployment"]["extraVolumes"],
            "containers": [{"name": "x", "image": "x"}],
        }}},
    });
    schemas.check(&deployment.to_string())?;
    let more: &Value = &values["extraDeploy"];
    more.as_array().context("no extraDeploy")?.iter().try_for_each(|one| schemas.check(&one.to_string()))
}

/// That the schemas are strict.
fn misspelt(kustomize: &Kustomize, schemas: &mut Schemas) -> Result<()> {
    let rendered = kustomize.render("mail-ingress", &[])?;
    let (right, wrong) = ("readOnlyRootFilesystem", "readOnlyRootFileSystem");
    ensure!(rendered.contains(right), "there is no {right}");
    let Err(error) = schemas.check(&rendered.replace(right, wrong)) else {
        anyhow::bail!("{wrong} passes");
    };
    ensure!(format!("{error:#}").contains(wrong), "it fails for another reason: {error:#}");
    Ok(())
}

/// The first block of YAML in the manual that contains `word`.
fn block_with(word: &str) -> Result<String> {
    let manual = fs::read_to_string(MANUAL).context("the manual cannot be read")?;
    let mut blocks = manual.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0));
    let block = blocks.find(|block| block.contains(word));
    block.map(str::to_owned).with_context(|| format!("{MANUAL} has no block with {word}"))
}
