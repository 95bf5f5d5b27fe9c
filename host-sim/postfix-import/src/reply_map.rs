//! `postscreen_dnsbl_reply_map`: the names of lists that clients see.

use postscreen_engine::dnsbl::DomainName;
use serde_json::{Map, Value};

use super::context::{Context, Setting};
use super::tables::{self, Table};

const INSTEAD: &str = "write a name for each secret domain into dnsbl_reply_map";

/// The entries of the table. Without them a client may see a list's secret domain, so each one that is lost is told.
pub fn read(setting: &Setting, context: &mut Context) -> Value {
    let mut names = Map::new();
    let token = setting.value.as_str();
    match tables::open(token, context) {
        _ if token.is_empty() => {}
        Ok(Table::Keys(entries)) => {
            for entry in entries {
                if entry.key.parse::<DomainName>().is_ok() {
                    names.insert(entry.key.to_ascii_lowercase(), Value::String(entry.value));
                } else {
                    context.warn_at(&entry.place, &entry.key, "It is no domain of a DNS list.", INSTEAD);
                }
            }
        }
        Ok(Table::Addresses(_) | Table::Constant(..)) => {
            context.warn(setting, token, "A table of this type has no entry for each domain.", INSTEAD);
        }
        Err(why) => context.warn(setting, token, &why, INSTEAD),
    }
    Value::Object(names)
}
