//! A mail server in the cluster that is not ours: Debian's Postfix in a pod, with the configuration that we ship for
//! one, and somebody's patches.

use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::kubelet::{Pod, STAND_IN};
use crate::manifest::{ConfigFiles, PodManifest, pod_of};

/// The Postfix that we ship a configuration for.
const POSTFIX: &str = "deploy/kubernetes/components/postfix";
/// Whose mailbox is here.
pub const RECIPIENT: &str = "www-data@example.org";
const MAILBOX: &str = "www-data";
/// The volume with the mailboxes.
const BOXES: &str = "boxes";
/// The `ConfigMap` with the files, and where they are.
const FILES: (&str, &str) = ("stand-in", "/stand-in");
const START: &str =
    "cp /stand-in/*.cf /etc/postfix/ && sh -e /stand-in/user-patches.sh && exec postfix start-fg";

/// Its container.
pub fn container(port: u16) -> Value {
    json!({
        "name": "mail-server",
        "image": STAND_IN,
        "command": ["sh", "-ec", START],
        "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1},
        "volumeMounts": [{"name": FILES.0, "mountPath": FILES.1}, {"name": BOXES, "mountPath": "/var/mail"}],
    })
}

/// Its volumes.
pub fn volumes() -> Vec<Value> {
    vec![json!({"name": FILES.0, "configMap": {"name": FILES.0}}), json!({"name": BOXES, "emptyDir": {}})]
}

/// Its files. `master` changes the master.cf that we ship, `patches` is a script that is run before Postfix.
pub fn files(master: impl Fn(&str) -> String, patches: &str) -> Result<(String, ConfigFiles)> {
    let shipped = |name: &str| {
        fs::read_to_string(format!("{POSTFIX}/{name}")).with_context(|| format!("{POSTFIX} has no {name}"))
    };
    let files = [
        ("main.cf", shipped("main.cf")?),
        ("master.cf", master(&shipped("master.cf")?)),
        ("user-patches.sh", patches.to_owned()),
    ];
    Ok((FILES.0.to_owned(), files.map(|(name, text)| (name.to_owned(), text.into_bytes())).into()))
}

/// A pod with nothing else in it.
pub fn alone(port: u16, files: (String, ConfigFiles)) -> Result<PodManifest> {
    let spec = json!({"containers": [container(port)], "volumes": volumes()});
    let spec = pod_of(json!({"spec": {"template": {"spec": spec}}}))?;
    Ok(PodManifest { spec, config_maps: [files].into() })
}

/// What Helm makes of a script in values.yaml where the chart's own ports for the PROXY protocol are off.
pub fn without_conditionals(template: &str) -> Result<String> {
    let mut script = String::new();
    let mut inside = false;
    for line in template.lines() {
        match line.trim() {
            "{{- if .Values.proxyProtocol.enabled }}" if !inside => inside = true,
            "{{- end }}" if inside => inside = false,
            other if other.contains("{{") => bail!("the suite does not know what Helm makes of {other}"),
            _ if inside => {}
            _ => script.extend([line, "\n"]),
        }
    }
    Ok(script)
}

/// The mails of [`RECIPIENT`] so far. `volume` is where the pod has its mailboxes.
pub fn mailbox(pod: &Pod, volume: &str) -> String {
    let bytes = fs::read(pod.volume(volume).join(MAILBOX)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The same for the pod of [`alone`] and its like.
pub fn own_mailbox(pod: &Pod) -> String {
    mailbox(pod, BOXES)
}

#[cfg(test)]
mod tests;
