//! One value in Postfix's words, as JSON in ours. Lists of clients have modules of their own.

use postscreen_engine::advice::nearest;
use postscreen_engine::dnsbl::{DomainName, Site};
use postscreen_engine::policy::{EhloKeyword, ForbiddenCommand, Period};
use serde_json::{Map, Value, json};

use super::access;
use super::comments;
use super::context::{Context, InvalidSetting, Setting, shown};
use super::files::entries;
use super::networks;
use super::parameters::ValueKind;
use super::tables::{self, LookupTable};

/// What a setting becomes.
pub struct Written {
    pub value: Value,
    /// Of a list, the entries as they stand in the file.
    pub tokens: Vec<String>,
}

/// Reads a value. `stressed` is the same value as postscreen sees it under stress.
pub fn read(
    kind: ValueKind,
    setting: &Setting,
    stressed: &str,
    context: &mut Context,
) -> Result<Written, InvalidSetting> {
    let value = match kind {
        ValueKind::AccessList => access::rules(setting, context),
        ValueKind::Flag => flag(setting)?,
        ValueKind::ForbiddenCommands => {
            let (value, tokens) = forbidden_commands(setting, context);
            return Ok(Written { value, tokens });
        }
        ValueKind::KeywordMaps => keyword_maps(setting, context),
        ValueKind::Keywords => keywords(setting, context),
        ValueKind::Networks => json!(networks::patterns(setting, context)),
        ValueKind::Number => number(setting)?,
        ValueKind::ReplyMap => reply_map(setting, context),
        ValueKind::Sites => {
            let tokens = sites(setting, context);
            return Ok(Written { value: json!(tokens), tokens });
        }
        ValueKind::Text(_) => json!(setting.value),
        ValueKind::Time(unit) => json!(format!("{}s", seconds(setting, &setting.value, unit)?)),
        ValueKind::StressTime(unit) => {
            let normal = seconds(setting, &setting.value, unit)?;
            match seconds(setting, stressed, unit)? {
                stressed if stressed != normal => json!(format!("${{stress?{{{stressed}}}:{{{normal}}}}}s")),
                _ => json!(format!("{normal}s")),
            }
        }
    };
    Ok(Written { value, tokens: Vec::new() })
}

fn flag(setting: &Setting) -> Result<Value, InvalidSetting> {
    match setting.value.to_ascii_lowercase().as_str() {
        "yes" => Ok(json!(true)),
        "no" => Ok(json!(false)),
        _ => Err(setting.mistake(&setting.value, "expected yes or no")),
    }
}

fn number(setting: &Setting) -> Result<Value, InvalidSetting> {
    let number: Result<i64, _> = setting.value.parse();
    number.map(|number| json!(number)).map_err(|_| setting.mistake(&setting.value, "expected a whole number"))
}

/// Postfix's times: a whole number, and a unit or the parameter's own. What follows the unit does not count.
fn seconds(setting: &Setting, value: &str, unit: char) -> Result<u64, InvalidSetting> {
    let expected = || {
        let expected = format!("expected a whole number and a unit (s, m, h, d or w), or without: {unit}");
        setting.mistake(value, expected)
    };
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let (digits, rest) = value.split_at(end);
    let number: u64 = digits.parse().map_err(|_| expected())?;
    let scale = Period::unit_seconds(rest.chars().next().unwrap_or(unit)).ok_or_else(expected)?;
    Ok(number.saturating_mul(scale))
}

/// The entries of `postscreen_dnsbl_sites`. What is none is told, and left out.
fn sites(setting: &Setting, context: &mut Context) -> Vec<String> {
    let mut tokens = Vec::new();
    for token in entries(&setting.value) {
        if token.starts_with('#') {
            // A comment behind the value of another name: what of the rest belongs to it cannot be said.
            context.mistake(setting.mistake(token, comments::INVALID));
            break;
        }
        match token.parse::<Site>() {
            Ok(site) => {
                context.lists.push(site.domain);
                tokens.push(token.to_owned());
            }
            Err(wrong) => {
                let mistake = setting.mistake(token, wrong.to_string());
                context.mistake(mistake.within(wrong.span));
            }
        }
    }
    tokens
}

const REPLY_MAP_INSTEAD: &str = "write a name for each secret domain into dnsbl_reply_map";

/// The names of the lists. Without them a client may see a list's secret domain, so each one that is lost is told. Of a
/// table with keys all are written; whatever the others say is asked about the lists, and nothing else ever is.
fn reply_map(setting: &Setting, context: &mut Context) -> Value {
    let mut names = Map::new();
    let token = setting.value.as_str();
    if token.is_empty() {
        return Value::Object(names);
    }
    match tables::open(token, context) {
        Ok(LookupTable::Keys(entries)) => {
            for entry in entries {
                if entry.key.parse::<DomainName>().is_ok() {
                    names.entry(entry.key.to_ascii_lowercase()).or_insert(Value::String(entry.value));
                } else {
                    let why = "It is no domain of a DNS list.";
                    context.warn_at(&entry.place, &shown(&entry.key), why, REPLY_MAP_INSTEAD);
                }
            }
        }
        Ok(table) => {
            for list in &context.lists {
                if let Some(name) = table.lookup(list.as_str()) {
                    names.insert(list.to_string(), Value::String(name));
                }
            }
        }
        Err(why) => context.warn(setting, token, &why, REPLY_MAP_INSTEAD),
    }
    Value::Object(names)
}

/// `postscreen_forbidden_commands`, and the words of it in order. Tables do not carry over.
fn forbidden_commands(setting: &Setting, context: &mut Context) -> (Value, Vec<String>) {
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
fn keywords(setting: &Setting, context: &mut Context) -> Value {
    // What stands in a comment has been told.
    let mut comment = false;
    let unknown = |word: &str| {
        comment |= word.starts_with('#');
        if !comment {
            context.warn(setting, word, UNKNOWN_KEYWORD, &keyword_meant(word));
        }
    };
    json!(known(&setting.value, unknown))
}

const UNKNOWN_KEYWORD: &str = "It is no EHLO keyword, and Postfix ignores it.";

fn keyword_meant(word: &str) -> String {
    let meant = nearest(word, EhloKeyword::names());
    meant.map_or_else(|| "leave it out".to_owned(), |meant| format!("did you mean {meant}?"))
}

/// `postscreen_discard_ehlo_keyword_address_maps`: the rules of all tables, in order.
fn keyword_maps(setting: &Setting, context: &mut Context) -> Value {
    let mut rules = Vec::new();
    for token in entries(&setting.value) {
        let table = match tables::open(token, context).and_then(|table| table.address_rules(context)) {
            Ok(table) => table,
            Err(why) => {
                let instead = "write its entries into discard_ehlo_keyword_address_maps";
                context.warn(setting, token, &why, instead);
                continue;
            }
        };
        for rule in table {
            let mut unknown = Vec::new();
            let keywords = known(&rule.value, |word| unknown.push(word.to_owned()));
            for word in unknown {
                context.warn_at(&rule.place, &shown(&word), UNKNOWN_KEYWORD, &keyword_meant(&word));
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

#[cfg(test)]
mod tests;
