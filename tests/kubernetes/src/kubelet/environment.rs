//! A container's environment, and `$(VARIABLE)` in its arguments.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use crate::manifest::{ConfigFiles, Container};

/// Variables by name.
pub type Variables = BTreeMap<String, String>;

/// What the container gets from `ConfigMap`s.
pub fn variables(container: &Container, config_maps: &BTreeMap<String, ConfigFiles>) -> Result<Variables> {
    let mut variables = Variables::new();
    for source in &container.env_from {
        let name = &source.config_map_ref.name;
        let map = config_maps.get(name).with_context(|| format!("there is no ConfigMap {name}"))?;
        for (key, value) in map {
            variables.insert(key.clone(), String::from_utf8(value.clone())?);
        }
    }
    Ok(variables)
}

/// Kubernetes' rule: `$(NAME)` is the variable's value, or stays where there is none; `$$` is `$`.
pub fn expand(text: &str, variables: &Variables) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            match variables.get(name) {
                Some(value) => expanded.push_str(value),
                None => expanded.extend(["$(", name, ")"]),
            }
            rest = after;
        } else {
            expanded.push('$');
        }
    }
    expanded + rest
}

#[cfg(test)]
mod tests;
