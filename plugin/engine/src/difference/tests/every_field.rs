//! No field of the schema is forgotten: each is changed, and found.

use super::*;
use serde_json::{Value, json};

/// The names of all fields with what the schema says of each, groups taken apart.
fn fields(schema: &Value, object: &Value, prefix: &str) -> Vec<(String, Value)> {
    let properties = object["properties"].as_object().unwrap();
    let flat = properties.iter().flat_map(|(name, field)| match definition(schema, field) {
        Some(group) if group["properties"].is_object() => fields(schema, group, &format!("{prefix}{name}.")),
        _ => vec![(format!("{prefix}{name}"), field.clone())],
    });
    flat.collect()
}

fn definition<'a>(schema: &'a Value, field: &Value) -> Option<&'a Value> {
    schema.pointer(field["$ref"].as_str()?.trim_start_matches('#'))
}

/// Another value than the default.
fn another(schema: &Value, name: &str, field: &Value) -> Value {
    let default = &field["default"];
    let kind = definition(schema, field).unwrap_or(field);
    match name {
        "access_list" => return json!(["permit_mynetworks", { "cidr": "192.0.2.0/24", "action": "reject" }]),
        "mynetworks" | "probes" | "allowlist_interfaces" => return json!(["192.0.2.0/24"]),
        "dnsbl_sites" | "dnsbl_trial_sites" => return json!(["bl.test"]),
        "trial_tests" => return json!(["pregreet"]),
        "dnsbl_reply_map" => return json!({ "bl.test": "a list" }),
        "dnsbl_error_replies" => return json!(["bl.test=127.0.0.3"]),
        "allow_spf" => return json!(["example.org"]),
        "forbidden_commands" => return json!(["FETCH"]),
        "discard_ehlo_keywords" => return json!(["DSN"]),
        "discard_ehlo_keyword_address_maps" => {
            return json!([{ "cidr": "192.0.2.0/24", "keywords": ["DSN"] }]);
        }
        "dnsbl_allowlist_threshold" => return json!(-1),
        "client_ipv4_prefix_length" | "client_ipv6_prefix_length" => return json!(24),
        _ => {}
    }
    if let Some(words) = kind["enum"].as_array() {
        return words.iter().find(|word| *word != default).unwrap().clone();
    }
    match default {
        Value::Bool(on) => json!(!on),
        Value::Number(number) => json!(number.as_u64().unwrap() + 1),
        Value::String(text) if text.ends_with(['s', 'm', 'h', 'd', 'w']) && kind["pattern"].is_string() => {
            json!("77s")
        }
        Value::String(_) => json!("other.test"),
        _ => panic!("what else may {name} be? {field}"),
    }
}

fn with(name: &str, value: &Value) -> Policy {
    let whole = match name.split_once('.') {
        Some((group, field)) => json!({ group: { field: value } }),
        None => json!({ name: value }),
    };
    policy(&whole.to_string())
}

#[test]
fn a_field_that_changes_is_one_difference_in_both_directions() {
    let schema = Policy::json_schema();
    let all = fields(&schema, &schema, "");
    assert!(all.len() > 60, "{all:?}");
    for (name, field) in all {
        let changed = with(&name, &another(&schema, &name, &field));
        let default = Policy::default();
        for (old, new) in [(&default, &changed), (&changed, &default)] {
            let told = differences(old, new);
            let [difference] = told.as_slice() else { panic!("{name}: {told:#?}") };
            assert_eq!(difference.field, name);
            assert!(!difference.meaning.is_empty(), "{name} has no words");
            for sentence in &difference.meaning {
                assert!(sentence.ends_with('.'), "{sentence}");
                assert!(
                    sentence.starts_with(|first: char| !first.is_ascii_lowercase())
                        || sentence.contains(".test"),
                    "{sentence}"
                );
            }
        }
    }
}
