//! What there is to say about the lists of a configuration that has been read, and names for those with a key.

use std::collections::BTreeMap;

use postscreen_engine::Policy;
use postscreen_engine::advice::{advice, entry_without_key, name_without_key};
use postscreen_engine::dnsbl::Site;
use serde_json::{Map, Value};

use super::context::{Context, Setting};
use super::values::Written;

/// Writes a name into `dnsbl_reply_map` for each list whose name has a key that postscreen would show.
pub fn name_keyed_lists(
    fields: &BTreeMap<&str, (Setting, Written)>,
    object: &mut Map<String, Value>,
    context: &mut Context,
) {
    let Some((setting, written)) = fields.get("dnsbl_sites") else { return };
    for token in &written.tokens {
        // What is no entry is told when the whole configuration is read.
        let Ok(site) = token.parse::<Site>() else { continue };
        let Some(name) = name_without_key(&site.domain) else { continue };
        let map = object.entry("dnsbl_reply_map").or_insert_with(|| Value::Object(Map::new()));
        let Some(map) = map.as_object_mut().filter(|map| !map.contains_key(site.domain.as_str())) else {
            continue;
        };
        map.insert(site.domain.to_string(), Value::String(name.to_string()));
        warn(
            context,
            setting,
            token,
            &entry_without_key(&site),
            "A part of the list's name is a key, or looks like one, and postscreen shows it to every refused client.",
            &format!("leave it at that: a dnsbl_reply_map entry is written that calls the list {name}"),
        );
    }
}

/// Warns of entries that harm their owner.
pub fn advise(policy: &Policy, fields: &BTreeMap<&str, (Setting, Written)>, context: &mut Context) {
    for advice in advice(policy) {
        let Some((setting, written)) = fields.get(advice.field) else { continue };
        let token = written.tokens.get(advice.index).unwrap_or(&setting.value);
        warn(context, setting, token, &advice.entry, &advice.why, &advice.instead);
    }
}

/// The entry is pointed at as it stands in the file, and shown without its key.
fn warn(context: &mut Context, setting: &Setting, token: &str, entry: &str, why: &str, instead: &str) {
    context.warn_at(&setting.place(token), &format!("{} = {entry}", setting.name()), why, instead);
}
