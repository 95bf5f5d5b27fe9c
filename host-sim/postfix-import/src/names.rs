//! Names of parameters: those that have no field, are no parameters, or are misspelt; and what is not set and matters.

use postscreen_engine::advice::nearest;
use strsim::osa_distance;

use super::context::{Context, Definition, shown};
use super::definitions::Definitions;
use super::expand::Expansion;
use super::parameters::{self, Fate, Parameter};

/// Warns of what is set and has no field, and of what is not set and matters.
pub fn left_over(definitions: &Definitions, context: &mut Context) {
    for definition in definitions.iter() {
        let Some((why, instead)) = fate(definition, definitions) else { continue };
        let subject = format!("{} = {}", definition.name, shown(&definition.value));
        context.warn_at(&definition.place, &subject, &why, &instead);
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

/// Why a definition has no effect here, and what to do; `None` if there is nothing to say.
fn fate(definition: &Definition, definitions: &Definitions) -> Option<(String, String)> {
    let told = |(why, instead): (&str, &str)| Some((why.to_owned(), instead.to_owned()));
    let name = definition.name.as_str();
    if let Some(parameter) = parameters::find(name) {
        return match parameter.fate {
            Fate::None { why, instead } if !without_effect(parameter, definition, definitions) => {
                told((why, instead))
            }
            _ => None,
        };
    }
    if let Some((_, why, instead)) = GONE.into_iter().find(|&(gone, ..)| gone == name) {
        return told((why, instead));
    }
    // Everybody may define names, and refer to them by $name.
    if is_referred_to(name, definitions) {
        return None;
    }
    if name.starts_with("postscreen_") {
        let meant = nearest(name, parameters::all().map(|parameter| parameter.name));
        let instead = meant.map_or_else(|| "leave it out".to_owned(), did_you_mean);
        return Some(("postscreen has no such parameter: it has no effect.".to_owned(), instead));
    }
    let meant = parameters::all().find(|parameter| is_slip(name, parameter.name))?;
    definitions.get(meant.name).is_none().then(|| {
        (
            "Postfix has no such parameter, and nothing refers to the name.".to_owned(),
            did_you_mean(meant.name),
        )
    })
}

fn is_referred_to(name: &str, definitions: &Definitions) -> bool {
    let references = [format!("${name}"), format!("${{{name}"), format!("$({name}")];
    definitions.iter().any(|other| references.iter().any(|reference| other.value.contains(reference)))
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean {name}?")
}

/// Parameters of postscreen before its first release, and what they became.
const GONE: [(&str, &str, &str); 2] = [
    (
        "postscreen_blacklist_networks",
        "It became postscreen_access_list before Postfix 2.8 was released: these networks are not blocked.",
        "write them into postscreen_access_list, as cidr:{{192.0.2.0/24 reject}}",
    ),
    (
        "postscreen_whitelist_networks",
        "It became postscreen_access_list before Postfix 2.8 was released: these networks are not permitted.",
        "write them into postscreen_access_list, as cidr:{{192.0.2.0/24 permit}}",
    ),
];

/// The shortest name of which one letter may be wrong.
const SLIP_MIN: usize = 8;

/// Whether a name is another one with one letter wrong, missing, too many or in another place. Names of smtp(8) differ
/// from those of smtpd(8) by as little.
fn is_slip(written: &str, name: &str) -> bool {
    let client = |name: &str| ["smtp_", "lmtp_"].iter().any(|prefix| name.starts_with(prefix));
    written.len() >= SLIP_MIN
        && written.len().abs_diff(name.len()) <= 1
        && !client(written)
        && osa_distance(written, name) == 1
}

/// Whether a value only says what holds anyway.
fn without_effect(parameter: &Parameter, definition: &Definition, definitions: &Definitions) -> bool {
    let default = parameter.default_of(&definition.name);
    let expanded = |text: &str| Expansion::new(definitions, &[], "").expanded(text).ok();
    definition.value == "none"
        || default.as_deref() == Some(definition.value.as_str())
        || default.is_some_and(|default| expanded(&default) == expanded(&definition.value))
}

#[cfg(test)]
mod tests;
