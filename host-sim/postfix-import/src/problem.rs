//! What does not carry over, and what is wrong.

use std::fmt;
use std::ops::Range;

use miette::{LabeledSpan, NamedSource, Report, miette};

use super::source::Place;

/// A setting that does not carry over.
#[derive(Clone, Debug)]
pub struct Warning {
    /// Where it is set; `None` when it is the lack of a setting that matters.
    pub place: Option<Place>,
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
        self.place.as_ref().map_or((usize::MAX, 0), |place| (place.source.rank, place.span.start))
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
pub struct Mistake {
    /// What is wrong: file and line, and in a few words the parameter and its value.
    what: String,
    /// What was expected.
    expected: String,
    /// What is pointed at.
    place: Place,
}

impl Mistake {
    /// The text at `place` is wrong.
    pub fn at(place: Place, what: &str, expected: impl Into<String>) -> Self {
        Self { what: format!("{}: {what}", place.name()), expected: expected.into(), place }
    }

    /// Points at another text; `what` keeps its file and line.
    pub fn pointing_at(self, place: Place) -> Self {
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
        let source = NamedSource::new(&self.place.source.name, self.place.source.text.clone());
        miette!(labels = vec![label], "{}", self.what).with_source_code(source)
    }
}
