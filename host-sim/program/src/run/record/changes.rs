//! What a new configuration changes, in words.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The most characters of one value that are kept.
const VALUE_CHARS_MAX: usize = 60;

/// The fields of an object that differ, as `greet_wait 2s → 1s`, in the order of their names. What is no object is
/// shown as it is.
pub(super) fn changes(before: &str, after: &str) -> String {
    let object = |text| serde_json::from_str::<Map<String, Value>>(text).ok();
    let (Some(before), Some(after)) = (object(before), object(after)) else { return after.to_owned() };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let different = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let changes: Vec<String> = different
        .map(|name| format!("{name} {} → {}", value(before.get(name)), value(after.get(name))))
        .collect();
    if changes.is_empty() { "the same again".to_owned() } else { changes.join(", ") }
}

fn value(value: Option<&Value>) -> String {
    let text = match value {
        None => "default".to_owned(),
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(value) => value.to_string(),
    };
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests;
