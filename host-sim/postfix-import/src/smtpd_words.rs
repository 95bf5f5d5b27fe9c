//! Words of the dummy SMTP server: forbidden commands and EHLO keywords.

use postscreen_engine::policy::{EhloKeyword, ForbiddenCommand};
use serde_json::{Value, json};

use super::context::{Context, Setting};
use super::split::entries;
use super::tables;

/// What the engine fills into a reject footer.
pub const FOOTER_NAMES: [&str; 4] = ["client_address", "client_port", "localtime", "server_name"];

/// `postscreen_forbidden_commands`, and the words of it in order. Tables do not carry over.
pub fn forbidden_commands(setting: &Setting, context: &mut Context) -> (Value, Vec<String>) {
    let mut kept = Vec::new();
    for entry in entries(&setting.value) {
        let table = entry.contains(':') || entry.starts_with('/');
        if table && entry.parse::<ForbiddenCommand>().is_err() {
            context.warn(
                setting,
                entry,
                "A table or a file of commands is not read.",
                "write its words into forbidden_commands",
            );
        } else {
            kept.push(entry.to_owned());
        }
    }
    (json!(kept), kept)
}

/// `postscreen_discard_ehlo_keywords`. Postfix ignores words that it does not know.
pub fn keywords(setting: &Setting, context: &mut Context) -> Value {
    json!(known(&setting.value, |word| context.warn(setting, word, UNKNOWN_KEYWORD, "leave it out")))
}

const UNKNOWN_KEYWORD: &str = "It is no EHLO keyword, and Postfix ignores it.";

/// `postscreen_discard_ehlo_keyword_address_maps`: the rules of all tables, in order.
pub fn keyword_maps(setting: &Setting, context: &mut Context) -> Value {
    let mut rules = Vec::new();
    for token in entries(&setting.value) {
        let table = match tables::open(token, context) {
            Ok(table) => table,
            Err(why) => {
                context.warn(
                    setting,
                    token,
                    &why,
                    "write its entries into discard_ehlo_keyword_address_maps",
                );
                continue;
            }
        };
        for rule in table.address_rules(context) {
            let mut unknown = Vec::new();
            let keywords = known(&rule.value, |word| unknown.push(word.to_owned()));
            for word in unknown {
                context.warn_at(&rule.place, &word, UNKNOWN_KEYWORD, "leave it out");
            }
            rules.extend(rule.patterns().into_iter().map(|cidr| json!({"cidr": cidr, "keywords": keywords})));
        }
    }
    json!(rules)
}

fn known(list: &str, mut unknown: impl FnMut(&str)) -> Vec<&'static str> {
    let mut keywords = Vec::new();
    for word in entries(list) {
        match word.parse::<EhloKeyword>() {
            Ok(keyword) => keywords.push(keyword.as_str()),
            Err(_) => unknown(word),
        }
    }
    keywords
}
