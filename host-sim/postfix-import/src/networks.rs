//! Lists of addresses and networks: `mynetworks` and `postscreen_allowlist_interfaces`.

use ipnet::IpNet;
use postscreen_engine::access::Pattern;
use serde_json::Value;

use super::addresses::Addresses;
use super::context::{Context, InvalidSetting, Setting};
use super::files::entries;
use super::tables;

/// The patterns of a list: those that stand in it, those of the files that it names, and those of its `cidr:` tables.
pub fn patterns(setting: &Setting, context: &mut Context) -> Result<Vec<String>, InvalidSetting> {
    let mut patterns = Vec::new();
    for token in entries(&setting.value) {
        let (negated, plain) = negation(token);
        if plain.starts_with('/') {
            match context.files.read(plain) {
                Ok(file) => {
                    let lines = file.text.lines().map(|line| line.split('#').next().unwrap_or_default());
                    for entry in lines.flat_map(entries) {
                        let (inner, plain) = negation(entry);
                        pattern(setting, entry, plain, inner != negated, context, &mut patterns)?;
                    }
                }
                Err(why) => context.warn(setting, token, &why, INSTEAD),
            }
        } else {
            pattern(setting, token, plain, negated, context, &mut patterns)?;
        }
    }
    Ok(patterns)
}

const INSTEAD: &str = "write the networks themselves into the list";

/// One entry of the list. `token` is how it stands in the file.
fn pattern(
    setting: &Setting,
    token: &str,
    plain: &str,
    negated: bool,
    context: &mut Context,
    patterns: &mut Vec<String>,
) -> Result<(), InvalidSetting> {
    let exclamation = if negated { "!" } else { "" };
    let reason = match plain.parse::<Pattern>() {
        Ok(pattern) => {
            patterns.push(format!("{exclamation}{pattern}"));
            return Ok(());
        }
        Err(reason) => reason,
    };
    // A host name has a letter beyond those of hexadecimal numbers, or no digit; "type:table" likewise.
    if plain.chars().all(|c| c.is_ascii_hexdigit() || ".:/[]".contains(c)) && plain.contains(['.', ':', '/'])
    {
        return Err(setting.mistake(token, reason.to_string()));
    }
    if !plain.contains(':') {
        let why = "Postfix compares addresses with this list: a name never matches.";
        context.warn(setting, token, why, INSTEAD);
        return Ok(());
    }
    match tables::open(plain, context) {
        Ok(table) => {
            // In such a list only the key counts, not what the table says about it.
            let mut all = Addresses::default();
            table.address_rules(context).iter().for_each(|rule| all.add(&rule.matches));
            patterns.extend(all.networks().iter().map(|network| format!("{exclamation}{network}")));
        }
        Err(why) => context.warn(setting, token, &why, INSTEAD),
    }
    Ok(())
}

/// Takes the `!`s off.
fn negation(token: &str) -> (bool, &str) {
    let plain = token.trim_start_matches('!');
    ((token.len() - plain.len()) % 2 == 1, plain)
}

/// The addresses that a list names: of the patterns that speak of an address, the first decides.
pub fn addresses<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Addresses {
    let (mut named, mut seen) = (Addresses::default(), Addresses::default());
    for pattern in patterns {
        let (negated, plain) = negation(pattern);
        let Ok(network) = plain.parse::<IpNet>() else { continue };
        let network = Addresses::of(network);
        if !negated {
            named.add(&network.minus(&seen));
        }
        seen.add(&network);
    }
    named
}

/// The patterns of a list in JSON.
pub fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests;
