//! What main.cf, or the output of `postconf -n`, defines, and the `-o` options of the postscreen service in master.cf.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::{Context, Definition, InvalidSetting};
use super::files::{ConfigFile, ConfigPlace, braced, logical_lines};

/// Everything that is defined; of several definitions of one name, the last.
#[derive(Debug, Default)]
pub struct Definitions(BTreeMap<String, Definition>);

impl Definitions {
    /// Reads main.cf.
    pub fn parse(file: &Arc<ConfigFile>) -> Result<Self, InvalidSetting> {
        let mut definitions = Self::default();
        for line in logical_lines(&file.text) {
            let place = ConfigPlace { file: file.clone(), span: line.span };
            definitions.add(&line.text, place)?;
        }
        Ok(definitions)
    }

    /// Adds `name = value`, in place of an earlier definition of the name.
    pub fn add(&mut self, text: &str, place: ConfigPlace) -> Result<(), InvalidSetting> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => (name.trim(), value.trim()),
            _ => return Err(InvalidSetting::at(place, "this is no setting", "expected `name = value`")),
        };
        let definition = Definition { name: name.to_owned(), value: value.to_owned(), place };
        self.0.insert(name.to_owned(), definition);
        Ok(())
    }

    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.0.values()
    }
}

/// Fields of a service before its command: name, type, private, unpriv, chroot, wakeup, maxproc.
const FIELDS_BEFORE_COMMAND: usize = 7;

/// Puts what the first postscreen service overrides in place of what main.cf says.
pub fn override_with(
    file: &Arc<ConfigFile>,
    definitions: &mut Definitions,
    context: &mut Context,
) -> Result<(), InvalidSetting> {
    let mut found = false;
    for line in logical_lines(&file.text) {
        let words = service_words(&line.text);
        let mut words = words.into_iter();
        let service = words.next().unwrap_or_default();
        let command = words.nth(FIELDS_BEFORE_COMMAND - 1);
        if command != Some("postscreen") {
            continue;
        }
        let place = ConfigPlace { file: file.clone(), span: line.span };
        if found {
            context.warn_at(
                &place,
                service,
                "Only the first postscreen service is read.",
                "import once for each service, with the others taken out of the file",
            );
            continue;
        }
        found = true;
        while let Some(word) = words.next() {
            let option = match word.strip_prefix("-o") {
                Some("") => words.next(),
                option => option,
            };
            if let Some(option) = option {
                let option = braced(option).map_or(option, |(inside, _)| inside);
                let span = place.find(option).unwrap_or_else(|| place.span.clone());
                definitions.add(option, ConfigPlace { file: file.clone(), span })?;
            }
        }
    }
    if !found {
        let subject = format!("{}: no postscreen service", file.name);
        context.warn_unset(&subject, "No service runs postscreen.", "check that this is the right file");
    }
    Ok(())
}

/// The words of a service. Commas do not separate here.
fn service_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = match braced(rest) {
            Some((inside, _)) => inside.len() + 2,
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests;
