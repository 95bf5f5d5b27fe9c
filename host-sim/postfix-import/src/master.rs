//! master.cf: the `-o` options of the postscreen service.

use std::sync::Arc;

use super::context::Context;
use super::definitions::Definitions;
use super::problem::Mistake;
use super::source::{Place, Source, logical_lines};
use super::split::braced;

/// Fields of a service before its command: name, type, private, unpriv, chroot, wakeup, maxproc.
const FIELDS_BEFORE_COMMAND: usize = 7;

/// Puts what the first postscreen service overrides in place of what main.cf says.
pub fn override_with(
    source: &Arc<Source>,
    definitions: &mut Definitions,
    context: &mut Context,
) -> Result<(), Mistake> {
    let mut found = false;
    for line in logical_lines(&source.text) {
        let words = service_words(&line.text);
        let mut words = words.into_iter();
        let service = words.next().unwrap_or_default();
        let command = words.nth(FIELDS_BEFORE_COMMAND - 1);
        if command != Some("postscreen") {
            continue;
        }
        let place = Place { source: source.clone(), span: line.span };
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
                definitions.add(option, Place { source: source.clone(), span })?;
            }
        }
    }
    if !found {
        let subject = format!("{}: no postscreen service", source.name);
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
