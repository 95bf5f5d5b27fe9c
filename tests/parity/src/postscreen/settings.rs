//! From a story's policy to Postfix's parameters.
//!
//! A field is called like its parameter, without `postscreen_` where the parameter has that. A field that stands here
//! in no list is an error: a story must not seem to agree because the oracle never heard of a setting.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value};

use super::place::StoryPlace;
use super::tables::{self, TableFolder};
use crate::additions;

/// Fields whose parameter begins with `postscreen_`.
const PREFIXED: [&str; 35] = [
    "access_list",
    "allowlist_interfaces",
    "bare_newline_action",
    "bare_newline_enable",
    "bare_newline_ttl",
    "cache_retention_time",
    "client_connection_count_limit",
    "command_count_limit",
    "command_time_limit",
    "denylist_action",
    "discard_ehlo_keyword_address_maps",
    "discard_ehlo_keywords",
    "dnsbl_action",
    "dnsbl_allowlist_threshold",
    "dnsbl_max_ttl",
    "dnsbl_min_ttl",
    "dnsbl_threshold",
    "dnsbl_timeout",
    "forbidden_commands",
    "greet_action",
    "greet_banner",
    "greet_ttl",
    "greet_wait",
    "helo_required",
    "non_smtp_command_action",
    "non_smtp_command_enable",
    "non_smtp_command_ttl",
    "pipelining_action",
    "pipelining_enable",
    "pipelining_ttl",
    "post_queue_limit",
    "pre_queue_limit",
    "reject_footer",
    "upstream_proxy_protocol",
    "upstream_proxy_timeout",
];

/// Fields whose parameter has the same name. `disable_vrfy_command` is smtpd's too, and postscreen's follows it.
const PLAIN: [&str; 9] = [
    "disable_vrfy_command",
    "line_length_limit",
    "message_size_limit",
    "myhostname",
    "mynetworks",
    "respectful_logging",
    "smtpd_banner",
    "smtputf8_enable",
    "soft_bounce",
];

/// What Postfix does not have: groups that say how our hosts do what it does in other ways, and which answers of a list
/// are errors.
const OURS: [&str; 4] = ["cache", "dnsbl_error_replies", "lane", "resolver"];

/// How a story names the mail server's own addresses.
const SERVER_V4: &str = "198.51.100.25";
const SERVER_V6: &str = "2001:db8::25";

/// The parameters of the postscreen that stands for the story, by name.
pub(crate) fn parameters(
    policy: &Map<String, Value>,
    place: &StoryPlace,
    folder: &TableFolder,
) -> Result<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::from([
        ("dnsblog_service_name".to_owned(), place.dnsblog()),
        ("postscreen_cache_map".to_owned(), format!("btree:$data_directory/{}", place.cache())),
        ("smtpd_service_name".to_owned(), place.receiver()),
        ("syslog_name".to_owned(), place.syslog_name()),
    ]);
    let (sites, names) = (policy.get("dnsbl_sites"), policy.get("dnsbl_reply_map"));
    parameters.extend(dnsbl_parameters(sites, names, place, folder)?);
    for (field, value) in policy {
        let field = field.as_str();
        let is_ours = OURS.contains(&field) || additions::contain(field);
        if is_ours || ["dnsbl_sites", "dnsbl_reply_map"].contains(&field) {
            continue;
        }
        let name = match field {
            _ if PREFIXED.contains(&field) => format!("postscreen_{field}"),
            _ if PLAIN.contains(&field) => field.to_owned(),
            _ => bail!("no parameter of postscreen is known for the field `{field}`"),
        };
        let text = match field {
            "access_list" => tables::access_list(value, folder),
            "mynetworks" => tables::networks(value),
            "allowlist_interfaces" => interfaces(value, place),
            "discard_ehlo_keyword_address_maps" => tables::ehlo_map(value, folder),
            _ => text(value),
        };
        parameters.insert(name, text.with_context(|| format!("the field `{field}`"))?);
    }
    for (name, value) in &parameters {
        ensure!(fits(value), "Postfix cannot be given the value of {name}: {value}");
    }
    Ok(parameters)
}

/// DNS lists: their domains live below a domain of the story, and clients hear the names of the story.
///
/// `postscreen_dnsbl_sites` with longer domains, and `postscreen_dnsbl_reply_map`, which shortens them again.
fn dnsbl_parameters(
    sites: Option<&Value>,
    names: Option<&Value>,
    place: &StoryPlace,
    folder: &TableFolder,
) -> Result<BTreeMap<String, String>> {
    let Some(sites) = sites else { return Ok(BTreeMap::new()) };
    let sites = text(sites).context("the field `dnsbl_sites`")?;
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
        let map = folder.write("texthash", "shown", &shown)?;
        parameters.insert("postscreen_dnsbl_reply_map".to_owned(), map);
    }
    Ok(parameters)
}

/// Whether a longer name is as good or bad as this one. Postfix judges the others as they are.
fn is_name(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    last.chars().any(|c| c.is_ascii_alphabetic())
}

/// A value as main.cf has it.
pub(super) fn text(value: &Value) -> Result<String> {
    Ok(match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Result<Vec<_>>>()?.join(" "),
        Value::Null | Value::Object(_) => {
            bail!("expected a text, a number, true, false or a list, got {value}")
        }
    })
}

fn interfaces(value: &Value, place: &StoryPlace) -> Result<String> {
    let [v4, v6] = place.servers();
    let words = text(value)?;
    let words = words.split([' ', ',']).filter(|word| !word.is_empty()).map(|word| {
        let (not, address) = word.strip_prefix('!').map_or(("", word), |address| ("!", address));
        match address {
            SERVER_V4 => format!("{not}{v4}"),
            SERVER_V6 => format!("{not}[{v6}]"),
            _ => word.to_owned(),
        }
    });
    Ok(words.collect::<Vec<_>>().join(" "))
}

/// Whether the value comes through `-o { name = value }` in master.cf: one line, braces in pairs.
fn fits(value: &str) -> bool {
    let mut open = 0_i32;
    let paired = value.chars().all(|c| {
        open += i32::from(c == '{') - i32::from(c == '}');
        open >= 0
    });
    paired && open == 0 && !value.contains(['\n', '\r'])
}

#[cfg(test)]
mod tests;
