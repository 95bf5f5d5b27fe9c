//! Domains in a record, which may depend on the client: macro strings (RFC 7208, section 7).

mod expand;

pub use expand::Macros;

use std::error::Error;
use std::fmt;

/// The domain in a term (`domain-spec`): text with macros in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainSpec(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Macro(Macro),
}

/// `%{…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Macro {
    letter: Letter,
    /// Whether what it stands for is written as in a URL: the letter is upper case.
    escapes: bool,
    /// How many of its parts remain, from the right.
    keeps: usize,
    reverses: bool,
    /// What stands between its parts.
    delimiters: String,
}

/// What a macro stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    Sender,
    Local,
    SenderDomain,
    Domain,
    Client,
    ClientName,
    Helo,
    Version,
    /// One of those that may only be in an explanation, which nobody here reads: `c`, `r` and `t`.
    OfExplanation,
}

impl DomainSpec {
    /// Reads a `domain-spec`: a macro string that ends with a top-level domain or a macro.
    pub fn parse(text: &str) -> Result<Self, MacroError> {
        let MacroString { parts, ends_with_macro } = MacroString::parse(text)?;
        let is_of_explanation =
            |part: &Part| matches!(part, Part::Macro(Macro { letter: Letter::OfExplanation, .. }));
        if parts.iter().any(is_of_explanation) {
            return Err(MacroError::OfExplanation);
        }
        if !ends_with_macro && !ends_with_top_level(text) {
            return Err(MacroError::NoTopLevel);
        }
        Ok(Self(parts))
    }

    /// About how many bytes of memory it takes elsewhere.
    pub(super) fn size(&self) -> usize {
        let text = |part: &Part| match part {
            Part::Literal(text) => text.len(),
            Part::Macro(part) => part.delimiters.len(),
        };
        self.0.iter().map(|part| size_of::<Part>() + text(part)).sum()
    }
}

/// Whether the last label is one of a top-level domain, with a dot before it: letters, digits and `-`, not all digits.
fn ends_with_top_level(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((_, label)) = text.rsplit_once('.') else { return false };
    let valid = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    valid
        && !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the value of a modifier that nobody knows is a macro string, as it must be.
pub(super) fn check_macro_string(text: &str) -> Result<(), MacroError> {
    MacroString::parse(text).map(|_| ())
}

/// A `macro-string`, of printable ASCII without blanks.
struct MacroString {
    parts: Vec<Part>,
    ends_with_macro: bool,
}

impl MacroString {
    fn parse(text: &str) -> Result<Self, MacroError> {
        let mut parts = Vec::new();
        let mut ends_with_macro = false;
        let mut rest = text;
        while !rest.is_empty() {
            let (literal, after) = rest.split_at(rest.find('%').unwrap_or(rest.len()));
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
                ends_with_macro = false;
            }
            let Some(after) = after.strip_prefix('%') else { break };
            let (part, after) = expand_or_escape(after)?;
            parts.push(part);
            ends_with_macro = true;
            rest = after;
        }
        Ok(Self { parts, ends_with_macro })
    }
}

/// What stands after a `%`, and the rest.
fn expand_or_escape(text: &str) -> Result<(Part, &str), MacroError> {
    for (escape, meaning) in [('%', "%"), ('_', " "), ('-', "%20")] {
        if let Some(rest) = text.strip_prefix(escape) {
            return Ok((Part::Literal(meaning.to_owned()), rest));
        }
    }
    let (inside, rest) =
        text.strip_prefix('{').and_then(|text| text.split_once('}')).ok_or(MacroError::Percent)?;
    let bad = || MacroError::BadMacro(inside.to_owned());
    let mut characters = inside.chars();
    let letter = characters.next().ok_or_else(bad)?;
    let after = characters.as_str();
    let after_digits = after.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = after.strip_suffix(after_digits).unwrap_or_default();
    let after_reverse = after_digits.strip_prefix(['r', 'R']);
    let delimiters = after_reverse.unwrap_or(after_digits);
    // What is more than there can be parts is all of them.
    let keeps = if digits.is_empty() { usize::MAX } else { digits.parse().unwrap_or(usize::MAX) };
    if keeps == 0 || !delimiters.chars().all(|c| ".-+,/_=".contains(c)) {
        return Err(bad());
    }
    let part = Macro {
        letter: Letter::parse(letter.to_ascii_lowercase()).ok_or_else(bad)?,
        escapes: letter.is_ascii_uppercase(),
        keeps,
        reverses: after_reverse.is_some(),
        delimiters: if delimiters.is_empty() { ".".to_owned() } else { delimiters.to_owned() },
    };
    Ok((Part::Macro(part), rest))
}

impl Letter {
    fn parse(letter: char) -> Option<Self> {
        Some(match letter {
            's' => Self::Sender,
            'l' => Self::Local,
            'o' => Self::SenderDomain,
            'd' => Self::Domain,
            'i' => Self::Client,
            'p' => Self::ClientName,
            'h' => Self::Helo,
            'v' => Self::Version,
            'c' | 'r' | 't' => Self::OfExplanation,
            _ => return None,
        })
    }
}

/// Why a text is no domain of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MacroError {
    /// A `%` that begins no macro, or one that does not end.
    Percent,
    /// What stands in these braces is no macro.
    BadMacro(String),
    /// A macro that may only be in an explanation.
    OfExplanation,
    /// It ends with no top-level domain, and with no macro.
    NoTopLevel,
}

impl fmt::Display for MacroError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent => f.write_str("\"%\" begins no macro"),
            Self::BadMacro(inside) => write!(f, "%{{{inside}}} is no macro"),
            Self::OfExplanation => f.write_str("%{c}, %{r} and %{t} are for explanations"),
            Self::NoTopLevel => f.write_str("no complete domain"),
        }
    }
}

impl Error for MacroError {}

#[cfg(test)]
mod tests;
