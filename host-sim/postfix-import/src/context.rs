//! What all readers of values share: settings, files, and what the operator is told: what does not carry over, and what
//! is wrong.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{LabeledSpan, NamedSource, Report, miette};

use super::addresses::Addresses;
use super::files::{ConfigFile, ConfigPlace, Files};

/// One `name = value`.
#[derive(Clone, Debug)]
pub struct Definition {
    pub name: String,
    /// As written, in one line.
    pub value: String,
    pub place: ConfigPlace,
}

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
    pub fn place(&self, token: &str) -> ConfigPlace {
        let place = &self.definition.place;
        let span = place.find(token).unwrap_or_else(|| place.span.clone());
        ConfigPlace { file: place.file.clone(), span }
    }

    /// The value, or a part of it, is wrong. Where it does not stand in the file as it is, the whole value is shown as
    /// it is with all names filled in.
    pub fn mistake(&self, token: &str, expected: impl Into<String>) -> InvalidSetting {
        let what = format!("{} = {} is not valid", self.name(), shortened(token));
        let mistake = InvalidSetting::at(self.place(token), &what, expected);
        if self.definition.place.find(token).is_some() {
            return mistake;
        }
        let name = format!("{} with all names filled in", self.parameter);
        let file = Arc::new(ConfigFile { name, text: self.value.clone(), rank: 0 });
        let whole = ConfigPlace { span: 0..self.value.len(), file };
        match whole.find(token) {
            Some(span) => mistake.pointing_at(ConfigPlace { span, ..whole }),
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
    pub fn warn_at(&mut self, place: &ConfigPlace, subject: &str, why: &str, instead: &str) {
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

/// A setting that does not carry over.
#[derive(Clone, Debug)]
pub struct Warning {
    /// Where it is set; `None` when it is the lack of a setting that matters.
    pub place: Option<ConfigPlace>,
    /// The parameter and its value.
    pub subject: String,
    /// Why not, in a sentence.
    pub why: String,
    /// What to do in place of it.
    pub instead: String,
}

impl Warning {
    /// In the order in which people read: files as they were opened, from top to bottom, then what is not set.
    pub fn order(&self) -> impl Ord + use<> {
        self.place.as_ref().map_or((usize::MAX, 0), |place| (place.file.rank, place.span.start))
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.as_ref().map(|place| format!("{}: ", place.name())).unwrap_or_default();
        write!(f, "warning: {place}{}\n    why: {}\n    do: {}", self.subject, self.why, self.instead)
    }
}

/// An invalid setting, pointed at in its file.
#[derive(Clone, Debug)]
pub struct InvalidSetting {
    /// What is wrong: file and line, and in a few words the parameter and its value.
    what: String,
    /// What was expected.
    expected: String,
    /// What is pointed at.
    place: ConfigPlace,
}

impl InvalidSetting {
    /// The text at `place` is wrong.
    pub fn at(place: ConfigPlace, what: &str, expected: impl Into<String>) -> Self {
        Self { what: format!("{}: {what}", place.name()), expected: expected.into(), place }
    }

    /// Points at another text; `what` keeps its file and line.
    pub fn pointing_at(self, place: ConfigPlace) -> Self {
        Self { place, ..self }
    }

    /// Points at a part of what is pointed at, in bytes.
    pub fn within(mut self, part: Range<usize>) -> Self {
        let start = self.place.span.start;
        self.place.span = start + part.start..start + part.end;
        self
    }

    /// What the operator sees.
    pub fn report(&self) -> Report {
        let label = LabeledSpan::at(self.place.span.clone(), self.expected.clone());
        let text = NamedSource::new(&self.place.file.name, self.place.file.text.clone());
        miette!(labels = vec![label], "{}", self.what).with_source_code(text)
    }
}

/// A setting `parameter = value` in a main.cf of its own, for tests.
#[cfg(test)]
pub fn sample(parameter: &'static str, value: &str) -> (Setting, Context) {
    let mut files = Files::new("nowhere".into(), None);
    let file = files.add("main.cf".to_owned(), format!("{parameter} = {value}\n"));
    let span = 0..file.text.len();
    let place = ConfigPlace { file, span };
    let definition = Definition { name: parameter.to_owned(), value: value.to_owned(), place };
    let setting = Setting { parameter, value: value.to_owned(), definition };
    (setting, Context { files, warnings: Vec::new(), mynetworks: Addresses::default() })
}
