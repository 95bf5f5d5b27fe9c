//! What merging means where messages are protocol buffers: in Istio's `MERGE` and in Envoy Gateway's bootstrap.

use serde_json::Value;

/// Merges `from` into `into`: messages field by field, lists one after the other, everything else replaced.
pub fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                match into.get_mut(name) {
                    Some(there) => merge(there, value),
                    None => drop(into.insert(name.clone(), value.clone())),
                }
            }
        }
        (Value::Array(into), Value::Array(from)) => into.extend(from.iter().cloned()),
        (into, from) => *into = from.clone(),
    }
}

#[cfg(test)]
mod tests;
