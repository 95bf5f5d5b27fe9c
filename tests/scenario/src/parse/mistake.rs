//! A mistake in a file: where it is, what was expected, and what a mistyped word was meant to be.

use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NamedSource, SourceSpan};
use serde_saphyr::{Location, Spanned};

use super::beyond_budget;

/// A mistake in a scenario file, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct Mistake {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: u64,
    /// Column in characters, from 1; 0 where the file as a whole is meant.
    pub column: u64,
    /// What is wrong and what was expected.
    pub message: String,
    /// The file's text, as far as it is one.
    pub text: Arc<str>,
}

/// Messages are broken at this width.
const WIDTH_CHARS: usize = 110;

/// The least likeness, from 0 to 1, at which a word is offered in place of another one.
const LIKENESS_MIN: f32 = 0.6;

/// The place in the text, for miette.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
struct Pointed {
    message: String,
    #[source_code]
    source_code: NamedSource<Arc<str>>,
    #[label("here")]
    at: Option<SourceSpan>,
}

// === impl Mistake ===

impl Mistake {
    /// A file that cannot even be read.
    pub fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self::whole(message).in_file(file, "")
    }

    /// Several lines: the mistake, and its place in the text with a mark below it. `painted`: for a terminal that has
    /// colours.
    pub fn report(&self, painted: bool) -> String {
        let at = self.offset().map(SourceSpan::from);
        let source_code = NamedSource::new(&self.file, Arc::clone(&self.text));
        let place = Pointed { message: self.to_string(), source_code, at };
        let theme = if painted { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let mut text = String::new();
        // Writing into a string does not fail.
        let handler = GraphicalReportHandler::new_themed(theme).with_width(WIDTH_CHARS);
        let _ = handler.render_report(&mut text, &place);
        // A mark below an empty line has blanks before nothing.
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// The byte of the text that line and column stand for.
    fn offset(&self) -> Option<usize> {
        let line = usize::try_from(self.line.checked_sub(1)?).ok()?;
        let column = usize::try_from(self.column.checked_sub(1)?).ok()?;
        let start: usize = self.text.split_inclusive('\n').take(line).map(str::len).sum();
        let inside = self.text.get(start..)?.chars().take(column).map(char::len_utf8).sum::<usize>();
        Some(start + inside)
    }

    /// The file as a whole.
    pub(super) fn whole(message: impl Into<String>) -> Self {
        Self::at(None, message.into())
    }

    /// The value that stands there.
    pub(super) fn of<T>(value: &Spanned<T>, message: impl Into<String>) -> Self {
        Self::at(Some(value.referenced), message.into())
    }

    /// What the reader of YAML found.
    pub(super) fn of_yaml(error: &serde_saphyr::Error) -> Self {
        let plain = error.without_snippet();
        Self::at(plain.location(), words(plain))
    }

    /// A place counted from 1.
    pub(super) fn at_place(line: u64, column: u64, message: impl Into<String>) -> Self {
        Self { line, column, ..Self::whole(message) }
    }

    fn at(location: Option<Location>, message: String) -> Self {
        let (line, column) = location.map_or((0, 0), |location| (location.line(), location.column()));
        Self { file: String::new(), line, column, message, text: Arc::from("") }
    }

    pub(super) fn in_file(self, file: &str, text: &str) -> Self {
        Self { file: file.to_owned(), text: Arc::from(text), ..self }
    }
}

/// What is wrong, and what was expected.
fn words(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error;
    match error {
        Error::SerdeUnknownField { field, expected, .. } => unknown("field", field, expected),
        Error::SerdeUnknownVariant { variant, expected, .. } => unknown("word", variant, expected),
        Error::SerdeMissingField { field, .. } => {
            format!("the field `{field}` is missing: expected it beside the others")
        }
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            let expected = if expected.contains("nonzero") { "a whole number above 0" } else { expected };
            format!("{unexpected} stands here: expected {expected}")
        }
        Error::NullIntoString { .. } => "nothing stands here: expected a text".to_owned(),
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("`{key}` stands here for the second time: expected it once")
        }
        Error::MultipleDocuments { .. } => {
            "a second document begins here: expected one story in a file".to_owned()
        }
        Error::UnknownAnchor { .. } => {
            "this alias stands for nothing: expected `&NAME` before `*NAME`".to_owned()
        }
        Error::Eof { .. } => "the text ends here: expected a value".to_owned(),
        Error::Budget { breach, .. } => beyond_budget(breach),
        Error::AliasError { error, .. } => words(error),
        Error::Unexpected { expected, .. } => {
            let known = KINDS.iter().find(|(kind, _)| kind == expected);
            format!("something else stands here: expected {}", known.map_or(*expected, |(_, words)| words))
        }
        Error::InvalidScalar { ty, .. } => {
            let number = ty.strip_prefix(['i', 'u']).is_some_and(|bits| bits.parse::<u8>().is_ok());
            let ty = if number { "whole number" } else { ty };
            format!("this is no {ty}: expected one")
        }
        _ => {
            let message = error.to_string();
            // The message may end with the place, which a mistake shows in front.
            let message = message.split(" at line ").next().unwrap_or_default();
            let hint = HINTS.iter().find(|(part, _)| message.contains(part));
            hint.map_or_else(|| message.to_owned(), |(_, hint)| format!("{message}: expected {hint}"))
        }
    }
}

/// What the reader of YAML calls the kinds of values, and what people do.
const KINDS: [(&str, &str); 3] = [
    ("mapping start", "a mapping, `name: value` or `{ name: value }`"),
    ("sequence start", "a list, `- value` or `[value]`"),
    ("string scalar", "a text"),
];

/// What the reader of YAML complains about, and what it could have read.
const HINTS: [(&str, &str); 4] = [
    ("tab", "spaces, as YAML indents with nothing else"),
    ("unclosed bracket", "the bracket that closes it"),
    ("unclosed quote", "the quote that closes it"),
    ("unknown escape", r#"\r, \n, \t, \0, \\, \" or \xNN after a backslash, or the text in '…'"#),
];

fn unknown(what: &str, word: &str, expected: &[&'static str]) -> String {
    let hint = suggestion(word, expected.iter().copied());
    format!("the {what} `{word}` is unknown: expected one of {}{hint}", expected.join(", "))
}

/// The known word that is most like `word`, if one is like it at all.
pub(super) fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<_> = known.collect();
    similar::get_close_matches(word, &known, 1, LIKENESS_MIN).into_iter().next()
}

/// The end of a message about an unknown word: ` (did you mean …?)`, or nothing.
pub(super) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    closest(word, known).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}

#[cfg(test)]
mod tests;
