//! Lists of addresses and networks: `mynetworks` and `postscreen_allowlist_interfaces`.

use ipnet::IpNet;
use postscreen_engine::access::Pattern;
use serde_json::Value;

use super::addresses::Addresses;
use super::context::{Context, InvalidSetting, Setting, shown};
use super::files::{ConfigPlace, entries};
use super::slips;
use super::tables;

/// The patterns of a list: those that stand in it, those of the files that it names, and those of its `cidr:` tables.
/// What is none is told, and left out.
pub fn patterns(setting: &Setting, context: &mut Context) -> Vec<String> {
    let mut list = List { setting, patterns: Vec::new(), context };
    let slips = slips::Slips::of(&setting.value);
    for token in entries(&setting.value) {
        if token.starts_with('#') {
            // A comment behind the value of another name: Postfix ignores the rest.
            break;
        }
        list.entry(token, false, FILES_DEPTH_MAX, &Origin::Value(&slips));
    }
    list.patterns
}

/// The most files that name each other, one within the other.
const FILES_DEPTH_MAX: usize = 10;
const INSTEAD: &str = "write the networks themselves into the list";

/// A list that is being read.
struct List<'a> {
    setting: &'a Setting,
    patterns: Vec<String>,
    context: &'a mut Context,
}

/// Where an entry stands.
enum Origin<'a> {
    /// In the value itself.
    Value(&'a slips::Slips),
    /// In a file that the value names.
    File(ConfigPlace),
}

impl List<'_> {
    /// One entry; `negated` if the file that it stands in is.
    fn entry(&mut self, token: &str, negated: bool, depth: usize, origin: &Origin<'_>) {
        let (exclaimed, plain) = negation(token);
        let negated = negated != exclaimed;
        let exclamation = if negated { "!" } else { "" };
        if let Origin::Value(slips) = origin
            && let Some(whole) = slips.torn(plain)
        {
            // Its two halves are told once.
            if slips.begins(plain) {
                self.mistake(
                    token,
                    &format!("a blank or a comma stands in it: {}", slips::did_you_mean(whole)),
                    origin,
                );
            }
            return;
        }
        if plain.starts_with('/') {
            return self.file(plain, token, negated, depth, origin);
        }
        match plain.parse::<Pattern>() {
            Ok(pattern) => {
                if plain.contains(':') && !plain.starts_with('[') {
                    let kind = plain.split(':').next().unwrap_or_default();
                    let why = format!("Without brackets Postfix takes it for a table of type \"{kind}\".");
                    self.warn(
                        token,
                        &why,
                        &format!("write {} in main.cf; here it is taken", slips::in_brackets(plain)),
                        origin,
                    );
                }
                self.patterns.push(format!("{exclamation}{pattern}"));
            }
            Err(reason) if is_address(plain) => self.mistake(token, &slips::expected(plain, &reason), origin),
            Err(_) if !plain.contains(':') => {
                let why = "Postfix compares addresses with this list: a name never matches.";
                self.warn(token, why, INSTEAD, origin);
            }
            Err(_) => self.table(plain, token, exclamation, origin),
        }
    }

    fn table(&mut self, plain: &str, token: &str, exclamation: &str, origin: &Origin<'_>) {
        match tables::open(plain, self.context).and_then(|table| table.address_rules(self.context)) {
            Ok(rules) => {
                // In such a list only the key counts, not what the table says about it.
                let mut all = Addresses::default();
                for rule in &rules {
                    all.add(&rule.matches);
                }
                self.patterns.extend(all.networks().iter().map(|network| format!("{exclamation}{network}")));
            }
            Err(why) => self.warn(token, &why, INSTEAD, origin),
        }
    }

    /// The entries of a file, which may name files itself. As in Postfix, a comment ends its line.
    fn file(&mut self, path: &str, token: &str, negated: bool, depth: usize, origin: &Origin<'_>) {
        let Some(depth) = depth.checked_sub(1) else {
            let why = format!("More than {FILES_DEPTH_MAX} files name each other.");
            return self.warn(token, &why, INSTEAD, origin);
        };
        let file = match self.context.files.read(path) {
            Ok(file) => file,
            Err(why) => return self.warn(token, &why, INSTEAD, origin),
        };
        let mut empty = true;
        let mut start = 0;
        for line in file.text.split_inclusive('\n') {
            let span = start..start + line.trim_end().len();
            start += line.len();
            for entry in entries(line).into_iter().take_while(|entry| !entry.starts_with('#')) {
                empty = false;
                let place = ConfigPlace { file: file.clone(), span: span.clone() };
                self.entry(entry, negated, depth, &Origin::File(place));
            }
        }
        if empty {
            let place = ConfigPlace { file, span: 0..0 };
            let why = "There is no network in it.";
            self.context.warn_at(
                &place,
                "an empty file",
                why,
                "leave it at that, or check that this is the right file",
            );
        }
    }

    fn warn(&mut self, token: &str, why: &str, instead: &str, origin: &Origin<'_>) {
        match origin {
            Origin::Value(_) => self.context.warn(self.setting, token, why, instead),
            Origin::File(place) => {
                let span = place.find(token).unwrap_or_else(|| place.span.clone());
                self.context.warn_at(&ConfigPlace { span, ..place.clone() }, &shown(token), why, instead);
            }
        }
    }

    fn mistake(&mut self, token: &str, expected: &str, origin: &Origin<'_>) {
        let mistake = match origin {
            Origin::Value(_) => self.setting.mistake(token, expected),
            Origin::File(place) => {
                let span = place.find(token).unwrap_or_else(|| place.span.clone());
                let what = format!("{} = {} is not valid", self.setting.name(), shown(token));
                InvalidSetting::at(ConfigPlace { span, ..place.clone() }, &what, expected)
            }
        };
        self.context.mistake(mistake);
    }
}

/// Whether an entry was to be an address: a host name has a letter beyond those of hexadecimal numbers, or no digit;
/// `type:table` likewise.
fn is_address(plain: &str) -> bool {
    plain.chars().all(|c| c.is_ascii_hexdigit() || ".:/[];".contains(c)) && plain.contains(['.', ':', '/'])
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
