//! From all definitions to a policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use postscreen_engine::dnsbl::Site;
use postscreen_engine::{Policy, PolicyError};
use serde_json::{Map, Value, json};

use super::context::{Context, InvalidSetting, Setting};
use super::definitions::Definitions;
use super::expand::Expansion;
use super::files::{ConfigFile, ConfigPlace};
use super::lists;
use super::networks;
use super::parameters::{self, Fate, ValueKind};
use super::values::{self, Written};

/// Our largest `line_length_limit`: a line is held in memory.
const LINE_LENGTH_MAX: i64 = 65_536;

/// Translates, and warns of what does not carry over. `main` is the file that the definitions come from.
pub fn policy(
    definitions: &Definitions,
    main: &Arc<ConfigFile>,
    context: &mut Context,
) -> Result<Policy, InvalidSetting> {
    let mut fields = BTreeMap::new();
    // What `permit_mynetworks` permits must be known when the access list is read.
    let first = |parameter: &&parameters::Parameter| parameter.name != "mynetworks";
    let mut all: Vec<_> = parameters::all().collect();
    all.sort_by_key(first);
    for parameter in all {
        if let Fate::Field { name, kind, .. } = parameter.fate {
            if let Some((setting, stressed)) = setting(parameter.name, kind, definitions, context)? {
                let written = values::read(kind, &setting, &stressed, context)?;
                if let Some(written) = settle(name, &setting, written, context) {
                    fields.insert(name, (setting, written));
                }
            }
            if name == "mynetworks" {
                let ours = json!(*Policy::default().mynetworks);
                let list = fields.get(name).map_or(&ours, |(_, written)| &written.value);
                context.mynetworks = networks::addresses(networks::strings(list));
            }
        }
    }
    left_over(definitions, context);
    let mut object: Map<_, _> =
        fields.iter().map(|(&name, (_, written))| (name.to_owned(), written.value.clone())).collect();
    lists::name_keyed_lists(&fields, &mut object, context);
    let policy = Policy::parse(Value::Object(object).to_string().as_bytes())
        .map_err(|error| mistake(&error, &fields, main))?;
    lists::advise(&policy, &fields, context);
    Ok(policy)
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
            let what = format!("{} = {} cannot be read", definition.name, definition.value);
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

/// Warns of what is set and has no field, and of what is not set and matters.
fn left_over(definitions: &Definitions, context: &mut Context) {
    for definition in definitions.iter() {
        let (why, instead) = match parameters::find(&definition.name) {
            Some(parameter) => match parameter.fate {
                Fate::None { why, instead } if !without_effect(parameter, &definition.value) => {
                    (why, instead)
                }
                _ => continue,
            },
            None if !definition.name.starts_with("postscreen_") => continue,
            None if definition.name.contains("tls") => parameters::NO_TLS,
            None => ("postscreen has no such parameter.", "check the spelling"),
        };
        let subject = format!("{} = {}", definition.name, definition.value);
        context.warn_at(&definition.place, &subject, why, instead);
    }
    let unset = |name| definitions.get(name).is_none();
    if unset("myhostname") {
        context.warn_unset(
            "myhostname is not set",
            "Postfix then asks the machine for its name; here it is \"localhost\".",
            "write the mail server's name into myhostname",
        );
    }
    if unset("respectful_logging") && unset("compatibility_level") {
        context.warn_unset(
            "respectful_logging and compatibility_level are not set",
            "Postfix then logs WHITELISTED and BLACKLISTED; here the log says ALLOWLISTED and DENYLISTED.",
            "set respectful_logging to false if your tools look for the old words",
        );
    }
}

/// Whether a value only says what holds anyway.
fn without_effect(parameter: &parameters::Parameter, value: &str) -> bool {
    Some(value) == parameter.default || value == "none"
}

/// Finds the setting that a field of ours, and a message about it, speaks of.
fn mistake(
    error: &PolicyError,
    fields: &BTreeMap<&str, (Setting, Written)>,
    main: &Arc<ConfigFile>,
) -> InvalidSetting {
    let (field, rest) = error.path().split_at(error.path().find(['[', '.']).unwrap_or(error.path().len()));
    let Some((setting, written)) = fields.get(field) else {
        // Only the configuration as a whole has no field: it is too large.
        let place = ConfigPlace { file: main.clone(), span: 0..0 };
        return InvalidSetting::at(place, "this configuration is not valid", error.message());
    };
    let index = || rest.strip_prefix('[')?.split_once(']')?.0.parse::<usize>().ok();
    let token = index().and_then(|index| written.tokens.get(index)).unwrap_or(&setting.value);
    // The value is pointed at: the message need not repeat it.
    let mistake = setting.mistake(token, error.reason());
    match token.parse::<Site>() {
        Err(wrong) if field == "dnsbl_sites" && index().is_some() => mistake.within(wrong.span),
        _ => mistake,
    }
}
