//! What all readers of values share.

use std::sync::Arc;

use super::addresses::Addresses;
use super::definitions::Definition;
use super::files::Files;
use super::problem::{Mistake, Warning};
use super::source::{Place, Source};

/// A parameter that the configuration sets, itself or through another one.
#[derive(Clone, Debug)]
pub struct Setting {
    pub parameter: &'static str,
    /// With all names filled in.
    pub value: String,
    /// Where the value comes from.
    pub definition: Definition,
}

impl Setting {
    /// The parameter, and the one that it inherits the value from.
    pub fn name(&self) -> String {
        match &self.definition.name {
            name if name == self.parameter => name.clone(),
            name => format!("{} (from {name})", self.parameter),
        }
    }

    /// The place of a part of the value, or of the whole definition where the part does not stand as it is.
    pub fn place(&self, token: &str) -> Place {
        let place = &self.definition.place;
        let span = place.find(token).unwrap_or_else(|| place.span.clone());
        Place { source: place.source.clone(), span }
    }

    /// The value, or a part of it, is wrong. Where it does not stand in the file as it is, the whole value is shown as
    /// it is with all names filled in.
    pub fn mistake(&self, token: &str, expected: impl Into<String>) -> Mistake {
        let what = format!("{} = {} is not valid", self.name(), shortened(token));
        let mistake = Mistake::at(self.place(token), &what, expected);
        if self.definition.place.find(token).is_some() {
            return mistake;
        }
        let name = format!("{} with all names filled in", self.parameter);
        let source = Arc::new(Source { name, text: self.value.clone(), rank: 0 });
        let whole = Place { span: 0..self.value.len(), source };
        match whole.find(token) {
            Some(span) => mistake.pointing_at(Place { span, ..whole }),
            None => mistake,
        }
    }
}

/// The most characters of a value in a heading; the text below it shows all of them.
const SHOWN_CHARS_MAX: usize = 60;

fn shortened(value: &str) -> String {
    match value.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

/// Files, and warnings so far.
pub struct Context {
    pub files: Files,
    pub warnings: Vec<Warning>,
    /// What `permit_mynetworks` permits.
    pub mynetworks: Addresses,
}

impl Context {
    /// A part of a value does not carry over.
    pub fn warn(&mut self, setting: &Setting, token: &str, why: &str, instead: &str) {
        let subject = format!("{} = {token}", setting.name());
        self.warn_at(&setting.place(token), &subject, why, instead);
    }

    /// Something in a file does not carry over.
    pub fn warn_at(&mut self, place: &Place, subject: &str, why: &str, instead: &str) {
        self.warnings.push(Warning {
            place: Some(place.clone()),
            subject: subject.to_owned(),
            why: why.to_owned(),
            instead: instead.to_owned(),
        });
    }

    /// The lack of a setting makes a difference.
    pub fn warn_unset(&mut self, subject: &str, why: &str, instead: &str) {
        self.warnings.push(Warning {
            place: None,
            subject: subject.to_owned(),
            why: why.to_owned(),
            instead: instead.to_owned(),
        });
    }
}

/// A setting `parameter = value` in a main.cf of its own, for tests.
#[cfg(test)]
pub fn sample(parameter: &'static str, value: &str) -> (Setting, Context) {
    let mut files = Files::new("nowhere".into(), None);
    let source = files.source("main.cf".to_owned(), format!("{parameter} = {value}\n"));
    let span = 0..source.text.len();
    let place = Place { source, span };
    let definition = Definition { name: parameter.to_owned(), value: value.to_owned(), place };
    let setting = Setting { parameter, value: value.to_owned(), definition };
    (setting, Context { files, warnings: Vec::new(), mynetworks: Addresses::default() })
}
