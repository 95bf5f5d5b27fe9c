//! DNS lists: their domains live below a domain of the story, and clients hear the names of the story.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Folder, Place};

/// `postscreen_dnsbl_sites` with longer domains, and `postscreen_dnsbl_reply_map`, which shortens them again.
pub(super) fn parameters(
    sites: Option<&Value>,
    names: Option<&Value>,
    place: &Place,
    tables: &Folder,
) -> Result<BTreeMap<String, String>> {
    let Some(sites) = sites else { return Ok(BTreeMap::new()) };
    let sites = super::text(sites).context("the field `dnsbl_sites`")?;
    let mut entries = Vec::new();
    let mut shown = BTreeMap::new();
    for site in sites.split([' ', ',']).filter(|site| !site.is_empty()) {
        let end = site.find(['=', '*']).unwrap_or(site.len());
        let (domain, rest) = site.split_at(end);
        if is_name(domain) {
            let long = format!("{domain}.{}", place.lists());
            let name = names.and_then(|names| names.get(domain)).and_then(Value::as_str).unwrap_or(domain);
            entries.push(format!("{long}{rest}"));
            shown.insert(long, name.to_owned());
        } else {
            entries.push(site.to_owned());
        }
    }
    let mut parameters = BTreeMap::from([("postscreen_dnsbl_sites".to_owned(), entries.join(" "))]);
    if !shown.is_empty() {
        let shown: Vec<_> = shown.into_iter().collect();
        let map = tables.write("texthash", "shown", &shown)?;
        parameters.insert("postscreen_dnsbl_reply_map".to_owned(), map);
    }
    Ok(parameters)
}

/// Whether a longer name is as good or bad as this one. Postfix judges the others as they are.
fn is_name(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    last.chars().any(|c| c.is_ascii_alphabetic())
}
