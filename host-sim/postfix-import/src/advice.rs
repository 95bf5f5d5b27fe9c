//! What there is to say about a configuration that has been read, and names for its lists with a key.

use postscreen_engine::Policy;
use postscreen_engine::advice::{advice, entry_without_key, name_without_key};
use postscreen_engine::dnsbl::Site;
use serde_json::{Map, Value};

use super::context::{Context, Setting, shown};
use super::definitions::Definitions;
use super::settings::Fields;
use super::tls;

/// Entries of `dnsbl_reply_map` for each list whose name has a key that postscreen would show.
pub fn names_of_keyed_lists(fields: &Fields, context: &mut Context) -> Map<String, Value> {
    let mut names = Map::new();
    let Some((setting, written)) = fields.get("dnsbl_sites") else { return names };
    let given = fields.get("dnsbl_reply_map").map(|(_, written)| &written.value);
    for token in &written.tokens {
        // What is no entry is told when it is read.
        let Ok(site) = token.parse::<Site>() else { continue };
        let Some(name) = name_without_key(&site.domain) else { continue };
        let domain = site.domain.as_str();
        if names.contains_key(domain) || given.is_some_and(|given| given.get(domain).is_some()) {
            continue;
        }
        names.insert(domain.to_owned(), Value::String(name.to_string()));
        warn(
            context,
            setting,
            token,
            &entry_without_key(&site),
            "A part of the list's name is a key, or looks like one, and postscreen shows it to every refused client.",
            &format!("leave it at that: a dnsbl_reply_map entry is written that calls the list {name}"),
        );
    }
    names
}

/// Tells what harms its owner.
pub fn advise(policy: &Policy, fields: &Fields, definitions: &Definitions, context: &mut Context) {
    for advice in advice(policy) {
        let Some((setting, written)) = fields.get(advice.field) else { continue };
        if let Some(token) = advice.index.and_then(|index| written.tokens.get(index)) {
            warn(context, setting, token, &advice.entry, &advice.why, &advice.instead);
        } else {
            let deep = advice.field.ends_with("_enable").then(|| about_deep_tests(definitions));
            let why = deep.unwrap_or(advice.why);
            warn(context, setting, &setting.value, &shown(&setting.value), &why, &advice.instead);
        }
    }
}

/// What the engine says of deep tests, by what the mail server offers.
fn about_deep_tests(definitions: &Definitions) -> String {
    match tls::offered(definitions) {
        Some(setting) => format!(
            "Deep tests defer the first mail of every new client, and this mail server offers TLS ({setting}): at \
             first contact there is none, because the dummy SMTP server offers no STARTTLS, and a sender that insists \
             on TLS is deferred."
        ),
        None => "Deep tests defer the first mail of every new client. This mail server offers no TLS; if it did, a \
                 sender that insists on TLS would be deferred as well, because the dummy SMTP server has none."
            .to_owned(),
    }
}

/// The entry is pointed at as it stands in the file, and shown without its key.
fn warn(context: &mut Context, setting: &Setting, token: &str, entry: &str, why: &str, instead: &str) {
    context.warn_at(&setting.place(token), &format!("{} = {entry}", setting.name()), why, instead);
}
