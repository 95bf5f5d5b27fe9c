//! From all definitions to a policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use postscreen_engine::{Policy, PolicyError};
use serde_json::{Map, Value, json};

use super::advice;
use super::comments;
use super::context::{Context, InvalidSetting, Setting, shown};
use super::definitions::Definitions;
use super::expand::Expansion;
use super::files::{ConfigFile, ConfigPlace};
use super::names;
use super::networks;
use super::parameters::{self, Fate, ValueKind};
use super::values::{self, Written};

/// Our largest `line_length_limit`: a line is held in memory.
const LINE_LENGTH_MAX: i64 = 65_536;

/// Fields of ours, with the settings that they come from.
pub type Fields = BTreeMap<&'static str, (Setting, Written)>;

/// Translates, and tells what does not carry over and what is not valid. `main` is the file that the definitions come
/// from. `None`: there is no policy without what is not valid.
pub fn policy(definitions: &Definitions, main: &Arc<ConfigFile>, context: &mut Context) -> Option<Policy> {
    let definitions = &comments::without_comments(definitions, context);
    let mut fields = Fields::new();
    // What `permit_mynetworks` permits must be known when the access list is read.
    let first = |parameter: &&parameters::Parameter| parameter.name != "mynetworks";
    let mut all: Vec<_> = parameters::all().collect();
    all.sort_by_key(first);
    for parameter in all {
        let Fate::Field { name, kind, .. } = parameter.fate else { continue };
        match read(parameter.name, kind, definitions, context) {
            Ok(Some((setting, written))) => {
                if let Some(written) = settle(name, &setting, written, context) {
                    fields.insert(name, (setting, written));
                }
            }
            Ok(None) => {}
            Err(mistake) => context.mistake(mistake),
        }
        if name == "mynetworks" {
            let ours = json!(*Policy::default().mynetworks);
            let list = fields.get(name).map_or(&ours, |(_, written)| &written.value);
            context.mynetworks = networks::addresses(networks::strings(list));
        }
    }
    names::left_over(definitions, context);
    let policy = checked(&mut fields, main, context)?;
    advice::advise(&policy, &fields, definitions, context);
    Some(policy)
}

fn read(
    parameter: &'static str,
    kind: ValueKind,
    definitions: &Definitions,
    context: &mut Context,
) -> Result<Option<(Setting, Written)>, InvalidSetting> {
    let Some((setting, stressed)) = setting(parameter, kind, definitions, context)? else { return Ok(None) };
    let written = values::read(kind, &setting, &stressed, context)?;
    Ok(Some((setting, written)))
}

/// The policy of all fields; of those that it refuses, without them.
fn checked(fields: &mut Fields, main: &Arc<ConfigFile>, context: &mut Context) -> Option<Policy> {
    let names = advice::names_of_keyed_lists(fields, context);
    loop {
        let mut object: Map<_, _> =
            fields.iter().map(|(&name, (_, written))| (name.to_owned(), written.value.clone())).collect();
        if !names.is_empty() {
            let map = object.entry("dnsbl_reply_map").or_insert_with(|| Value::Object(Map::new()));
            map.as_object_mut().into_iter().for_each(|map| map.extend(names.clone()));
        }
        match Policy::parse(Value::Object(object).to_string().as_bytes()) {
            Ok(policy) => return Some(policy),
            Err(error) => {
                context.mistake(mistake(&error, fields, main));
                fields.remove(field_and_rest(&error).0)?;
            }
        }
    }
}

/// The value of a parameter, and the same under stress, if the configuration has a say in it.
fn setting(
    parameter: &'static str,
    kind: ValueKind,
    definitions: &Definitions,
    context: &mut Context,
) -> Result<Option<(Setting, String)>, InvalidSetting> {
    let kept = if let ValueKind::Text(kept) = kind { kept } else { &[] };
    let mut expansion = Expansion::new(definitions, kept, "");
    let value = expansion.value(parameter);
    let Some(definition) = expansion.origin.cloned() else { return Ok(None) };
    let undefined = expansion.undefined;
    let stressed = Expansion::new(definitions, kept, "yes").value(parameter);
    let (value, stressed) = match (value, stressed) {
        (Ok(value), Ok(stressed)) => (value, stressed),
        (Err(why), _) | (_, Err(why)) => {
            let what = format!("{} = {} cannot be read", definition.name, shown(&definition.value));
            return Err(InvalidSetting::at(definition.place, &what, why));
        }
    };
    let setting = Setting { parameter, value: value.trim().to_owned(), definition };
    for name in undefined {
        context.warn(
            &setting,
            &format!("${name}"),
            "Nothing here says what this name stands for: it is taken as empty.",
            "write its value in its place",
        );
    }
    Ok(Some((setting, stressed.trim().to_owned())))
}

/// Values that Postfix takes and that have another form here, or none.
fn settle(field: &str, setting: &Setting, written: Written, context: &mut Context) -> Option<Written> {
    match field {
        "dnsbl_allowlist_threshold" if written.value.as_i64() > Some(0) => {
            context.warn(
                setting,
                &setting.value,
                "A value above 0 has no effect in Postfix: allowlisting is off.",
                "write the negative score from which on clients need no other test",
            );
            None
        }
        "line_length_limit" if written.value.as_i64() > Some(LINE_LENGTH_MAX) => {
            let why = format!("No line longer than {LINE_LENGTH_MAX} bytes is kept here.");
            context.warn(setting, &setting.value, &why, "leave it at that: no command is as long");
            Some(Written { value: json!(LINE_LENGTH_MAX), ..written })
        }
        _ => Some(written),
    }
}

/// Finds the setting that a field of ours, and a message about it, speaks of.
fn mistake(error: &PolicyError, fields: &Fields, main: &Arc<ConfigFile>) -> InvalidSetting {
    let (field, rest) = field_and_rest(error);
    let Some((setting, written)) = fields.get(field) else {
        // Only the configuration as a whole has no field: it is too large.
        let place = ConfigPlace { file: main.clone(), span: 0..0 };
        return InvalidSetting::at(place, "this configuration is not valid", error.message());
    };
    let index = || rest.strip_prefix('[')?.split_once(']')?.0.parse::<usize>().ok();
    let token = index().and_then(|index| written.tokens.get(index)).unwrap_or(&setting.value);
    // The value is pointed at: the message need not repeat it.
    setting.mistake(token, error.reason())
}

/// The field that an error is about, and where in it.
fn field_and_rest(error: &PolicyError) -> (&str, &str) {
    error.path().split_at(error.path().find(['[', '.']).unwrap_or(error.path().len()))
}
