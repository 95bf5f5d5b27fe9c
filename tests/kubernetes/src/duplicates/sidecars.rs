//! The containers that docker-mailserver's chart gets from values.yaml: base's.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{BASE, SIDECAR_VALUES, read, remove, same};

/// Compares them.
pub fn compare() -> Result<()> {
    let values = read(SIDECAR_VALUES)?;
    let pod = read(&format!("{BASE}/deployment.yaml"))?["spec"]["template"]["spec"].clone();
    let base = [&pod["initContainers"][0], &pod["containers"][0]];
    let ours = values["deployment"]["initContainers"].as_array().context("no initContainers")?;
    ensure!(ours.len() == base.len(), "{} containers", ours.len());
    for (ours, base) in ours.iter().zip(base) {
        same(ours, &as_sidecar(base.clone(), &pod["securityContext"])?)?;
    }
    Ok(())
}

/// A container of base as values.yaml has to have it.
fn as_sidecar(mut container: Value, pod_security: &Value) -> Result<Value> {
    container["restartPolicy"] = json!("Always");
    // The chart does not set the pod's.
    for (field, value) in pod_security.as_object().context("no securityContext")? {
        container["securityContext"][field] = value.clone();
    }
    // All files are in one ConfigMap.
    for mount in container["volumeMounts"].as_array_mut().into_iter().flatten() {
        mount["name"] = json!("mail-edge");
    }
    if container["name"] == "unbound" {
        return Ok(container);
    }
    // docker-mailserver ends at once, and so do its sidecars.
    remove(&mut container, "lifecycle")?;
    remove(&mut container["livenessProbe"], "terminationGracePeriodSeconds")?;
    // The pod has ports of docker-mailserver's as well, and names of its own for them.
    for port in container["ports"].as_array_mut().into_iter().flatten() {
        rename(&mut port["name"])?;
    }
    rename(&mut container["startupProbe"]["httpGet"]["port"])?;
    rename(&mut container["livenessProbe"]["httpGet"]["port"])?;
    rename(&mut container["readinessProbe"]["tcpSocket"]["port"])?;
    // The mail server is in the pod.
    remove(&mut container, "envFrom")?;
    let backend = container["args"][3].as_str().context("no --config-yaml")?;
    let backend = backend
        .replace("$(MAIL_SERVER_HOST)", "127.0.0.1")
        .replace("$(MAIL_SERVER_PORT)", "12526")
        .replace("$(MAIL_SERVER_PROXY_VERSION)", "V2")
        .replace("type: STRICT_DNS", "type: STATIC");
    container["args"][3] = json!(backend);
    Ok(container)
}

/// A name of a port in base as values.yaml has it.
fn rename(port: &mut Value) -> Result<()> {
    *port = match port.as_str() {
        Some("smtp") => json!("edge-smtp"),
        Some("probes") => json!("edge-probes"),
        Some("smtp-ready") => json!("edge-ready"),
        other => bail!("the port {other:?}"),
    };
    Ok(())
}
