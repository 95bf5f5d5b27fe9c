//! What all readers of values share: settings, files, and what the operator is told: what does not carry over, and what
//! is wrong. Nothing ends with the first mistake.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{LabeledSpan, NamedSource, Report, miette};
use postscreen_engine::dnsbl::DomainName;

use super::addresses::Addresses;
use super::files::{ConfigFile, ConfigPlace, Files};

/// The most warnings that are told.
pub const WARNINGS_MAX: usize = 1_000;
/// The most mistakes that are told: whoever has more has another file in mind.
pub const MISTAKES_MAX: usize = 100;

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
        let what = format!("{} = {} is not valid", self.name(), shown(token));
        let mistake = InvalidSetting::at(self.place(token), &what, expected);
        if self.definition.place.find(token).is_some() {
            return mistake;
        }
        let name = format!("{} with all names filled in", self.parameter);
        let file = Arc::new(ConfigFile { name, text: self.value.as_str().into(), rank: 0 });
        let whole = ConfigPlace { span: 0..self.value.len(), file };
        match whole.find(token) {
            Some(span) => mistake.pointing_at(ConfigPlace { span, ..whole }),
            None => mistake,
        }
    }
}

/// The most characters of a value in a heading or a warning.
const SHOWN_CHARS_MAX: usize = 60;

/// A text of the configuration, not too long to be shown to people.
pub fn shown(value: &str) -> String {
    match value.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value.to_owned(),
    }
}

/// What readers of values share, and what they have to say so far.
pub struct Context {
    pub files: Files,
    pub warnings: Vec<Warning>,
    pub mistakes: Vec<InvalidSetting>,
    /// How many warnings and mistakes there were that are not told.
    pub untold: usize,
    /// What `permit_mynetworks` permits.
    pub mynetworks: Addresses,
    /// The DNS lists that are asked: nothing else is ever looked up in `postscreen_dnsbl_reply_map`.
    pub lists: Vec<DomainName>,
}

impl Context {
    pub fn new(files: Files) -> Self {
        Self {
            files,
            warnings: Vec::new(),
            mistakes: Vec::new(),
            untold: 0,
            mynetworks: Addresses::default(),
            lists: Vec::new(),
        }
    }

    /// A part of a value does not carry over.
    pub fn warn(&mut self, setting: &Setting, token: &str, why: &str, instead: &str) {
        let subject = format!("{} = {}", setting.name(), shown(token));
        self.warn_at(&setting.place(token), &subject, why, instead);
    }

    /// Something in a file does not carry over.
    pub fn warn_at(&mut self, place: &ConfigPlace, subject: &str, why: &str, instead: &str) {
        self.add_warning(Some(place.clone()), subject, why, instead);
    }

    /// The lack of a setting makes a difference.
    pub fn warn_unset(&mut self, subject: &str, why: &str, instead: &str) {
        self.add_warning(None, subject, why, instead);
    }

    fn add_warning(&mut self, place: Option<ConfigPlace>, subject: &str, why: &str, instead: &str) {
        if self.warnings.len() >= WARNINGS_MAX {
            self.untold += 1;
            return;
        }
        self.warnings.push(Warning { place, ..Warning::without_place(subject, why, instead) });
    }

    /// Something is not valid; the rest goes on.
    pub fn mistake(&mut self, mistake: InvalidSetting) {
        if self.mistakes.len() >= MISTAKES_MAX {
            self.untold += 1;
            return;
        }
        self.mistakes.push(mistake);
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
    /// The lack of a setting makes a difference.
    pub(crate) fn without_place(subject: &str, why: &str, instead: &str) -> Self {
        let [subject, why, instead] = [subject, why, instead].map(str::to_owned);
        Self { place: None, subject, why, instead }
    }

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
    /// The parameter and its value, in a few words.
    what: String,
    /// What was expected.
    expected: String,
    /// Where it is set.
    set: ConfigPlace,
    /// What is pointed at, if that is in another text.
    pointed: ConfigPlace,
}

/// The longest line that is shown around what is pointed at, in bytes.
const SHOWN_LINE_MAX: usize = 500;

impl InvalidSetting {
    /// The text at `place` is wrong.
    pub fn at(place: ConfigPlace, what: &str, expected: impl Into<String>) -> Self {
        Self { what: what.to_owned(), expected: expected.into(), set: place.clone(), pointed: place }
    }

    /// Points at another text, such as the same with all names filled in.
    pub fn pointing_at(self, pointed: ConfigPlace) -> Self {
        Self { pointed, ..self }
    }

    /// Points at a part of what is pointed at, in bytes.
    pub fn within(mut self, part: Range<usize>) -> Self {
        let start = self.pointed.span.start;
        let span = start + part.start..start + part.end;
        if Arc::ptr_eq(&self.set.file, &self.pointed.file) {
            self.set.span = span.clone();
        }
        self.pointed.span = span;
        self
    }

    /// In the order in which people read, as that of warnings.
    pub fn order(&self) -> impl Ord + use<> {
        (self.set.file.rank, self.set.span.start)
    }

    /// What the operator sees.
    pub fn report(&self) -> Report {
        let what = format!("{}: {}", self.set.name(), self.what);
        if self.pointed.longest_line() > SHOWN_LINE_MAX {
            return miette!("{what}: {}", self.expected);
        }
        let label = LabeledSpan::at(self.pointed.span.clone(), self.expected.clone());
        let text = self.pointed.file.text.clone();
        miette!(labels = vec![label], "{what}")
            .with_source_code(NamedSource::new(&self.pointed.file.name, text))
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
    (setting, Context::new(files))
}
