//! The rules: what they are, where their annotations lead, and what promtool says of them.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::read;

/// Where everything is.
pub const FOLDER: &str = "deploy/monitoring";

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The name of the alert, or of the metric that it records.
    pub name: String,
    /// Its expression.
    pub expr: String,
    /// The annotation of an alert.
    pub handbook: Option<String>,
}

/// All rules.
#[derive(Clone, Debug)]
pub struct Rules(pub Vec<Rule>);

// === impl Rules ===

impl Rules {
    /// From the file. An alert without a handbook is an error.
    pub fn read() -> Result<Self> {
        let file: Value = serde_saphyr::from_str(&read(&format!("{FOLDER}/rules.yaml"))?)?;
        let groups = file["groups"].as_array().into_iter().flatten();
        let rules = groups.filter_map(|group| group["rules"].as_array()).flatten();
        let rules = rules.map(rule).collect::<Result<Vec<_>>>()?;
        ensure!(!rules.is_empty(), "there are no rules");
        Ok(Self(rules))
    }
}

fn rule(rule: &Value) -> Result<Rule> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let alert = text(&rule["alert"]);
    let name = alert.clone().or_else(|| text(&rule["record"])).context("a rule without a name")?;
    let handbook = text(&rule["annotations"]["handbook"]);
    ensure!(alert.is_none() || handbook.is_some(), "the alert {name} has no handbook");
    Ok(Rule {
        expr: text(&rule["expr"]).with_context(|| format!("{name} has no expression"))?,
        name,
        handbook,
    })
}

/// Whether a page has the section that `PAGE#SECTION` names.
pub fn check_handbook(handbook: &str) -> Result<()> {
    let (page, section) = handbook.split_once('#').with_context(|| format!("{handbook} is no section"))?;
    ensure!(read(page)?.contains(&format!("<a id=\"{section}\"></a>")), "{page} has no section {section}");
    Ok(())
}

/// What promtool says, which takes it some seconds.
pub fn promtool() -> Vec<(&'static str, Result<()>)> {
    let run = |arguments: &[&str]| {
        let output = Command::new("promtool").current_dir(FOLDER).args(arguments).output();
        let output = output.context("promtool is missing: install Debian's prometheus")?;
        let said = [output.stdout, output.stderr].concat();
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&said));
        Ok(())
    };
    vec![
        ("promtool takes the rules", run(&["check", "rules", "rules.yaml"])),
        ("promtool takes the configuration", run(&["check", "config", "prometheus.yaml"])),
        ("alerts fire when they are to, and not else", run(&["test", "rules", "rules.test.yaml"])),
    ]
}
