//! Which answers of a list count: Postfix's DNSBL filter grammar.
//!
//! ```text
//! filter = octets "." octets "." octets "." octets | "[" filter "]"
//! octets = number | "[" member { ";" member } "]"
//! member = number | number ".." number
//! number = decimal 0..255
//! ```

use std::error::Error;
use std::fmt;
use std::net::Ipv4Addr;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

/// A set of IPv4 addresses, one set of numbers per octet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter([Vec<RangeInclusive<u8>>; 4]);

impl Filter {
    /// Whether `address` is in the set.
    pub fn matches(&self, address: Ipv4Addr) -> bool {
        let allowed = |(ranges, octet): (&Vec<RangeInclusive<u8>>, u8)| {
            ranges.iter().any(|range| range.contains(&octet))
        };
        self.0.iter().zip(address.octets()).all(allowed)
    }
}

#[cfg(not(target_family = "wasm"))]
impl Filter {
    /// The same set with the fewest ranges, in order: equal for equal sets, however they are written.
    #[must_use]
    pub(crate) fn merged(&self) -> Self {
        let merge = |ranges: &Vec<RangeInclusive<u8>>| {
            let is_in = |&octet: &u8| ranges.iter().any(|range| range.contains(&octet));
            let mut merged: Vec<RangeInclusive<u8>> = Vec::new();
            for octet in (0..=u8::MAX).filter(is_in) {
                match merged.last_mut() {
                    Some(last) if last.end().checked_add(1) == Some(octet) => *last = *last.start()..=octet,
                    _ => merged.push(octet..=octet),
                }
            }
            merged
        };
        Self(self.0.each_ref().map(merge))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let member = |range: &RangeInclusive<u8>| match (range.start(), range.end()) {
            (low, high) if low == high => low.to_string(),
            (low, high) => format!("{low}..{high}"),
        };
        let octet = |ranges: &Vec<RangeInclusive<u8>>| match ranges.as_slice() {
            [single] if single.start() == single.end() => member(single),
            ranges => format!("[{}]", ranges.iter().map(member).collect::<Vec<_>>().join(";")),
        };
        f.write_str(&self.0.each_ref().map(octet).join("."))
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let whole = |kind| FilterError { kind, span: 0..text.len(), marked: None };
        let pattern = unwrap_brackets(text).ok_or_else(|| whole(FilterErrorKind::Unclosed))?;
        if pattern.is_empty() {
            return Err(whole(FilterErrorKind::Empty));
        }
        let start = usize::from(pattern.len() < text.len());
        Parser { pattern, start, rest: pattern }.filter()
    }
}

/// Why a text is no [`Filter`]. Displays in Postfix's words, which point at the place: `need decimal number 0..255 or
/// "[" at "127.0.0.>256<"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// What is wrong.
    pub kind: FilterErrorKind,
    /// The token that does not fit, in bytes of the text: empty where the text ends too early; all of it where no token
    /// is to blame.
    pub span: Range<usize>,
    /// The pattern, without brackets around it, and with `>` and `<` around the token.
    marked: Option<String>,
}

/// What is wrong with the text of a [`Filter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterErrorKind {
    /// There is nothing.
    Empty,
    /// The bracket at the beginning is not closed.
    Unclosed,
    /// A number from 0 to 255 or `[` is missing.
    NoOctet,
    /// A number from 0 to 255 is missing, inside brackets.
    NoMember,
    /// A range has no end, or ends before it begins.
    Range,
    /// `;` or `]` is missing.
    NoEndOfMember,
    /// `.` is missing.
    NoDot,
    /// Something follows the fourth octet.
    Garbage,
}

impl fmt::Display for FilterErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty address pattern",
            Self::Unclosed => "missing \"]\" character",
            Self::NoOctet => "need decimal number 0..255 or \"[\"",
            Self::NoMember => "need decimal number 0..255",
            Self::Range => "numeric range error",
            Self::NoEndOfMember => "need \";\" or \"]\"",
            Self::NoDot => "need \".\"",
            Self::Garbage => "garbage after pattern",
        })
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        match &self.marked {
            Some(marked) => write!(f, " at \"{marked}\""),
            None => Ok(()),
        }
    }
}

impl Error for FilterError {}

/// The text inside one extra pair of brackets around the whole filter, or all of it if there is none. The first bracket
/// must close in any case: `None` if it does not.
fn unwrap_brackets(text: &str) -> Option<&str> {
    let Some(rest) = text.strip_prefix('[') else { return Some(text) };
    let mut depth = 1_u32;
    for (index, byte) in rest.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            // Before the end it belongs to the first octet.
            let whole = index + 1 == rest.len();
            return rest.get(..index).filter(|_| whole).or(Some(text));
        }
    }
    None
}

struct Parser<'a> {
    pattern: &'a str,
    /// Where the pattern begins in the text.
    start: usize,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn filter(mut self) -> Result<Filter, FilterError> {
        let mut octets: [Vec<RangeInclusive<u8>>; 4] = Default::default();
        for (index, octet) in octets.iter_mut().enumerate() {
            if index > 0 && !self.skip(".") {
                return Err(self.error(FilterErrorKind::NoDot));
            }
            *octet = self.octet()?;
        }
        match self.rest {
            "" => Ok(Filter(octets)),
            _ => Err(self.error(FilterErrorKind::Garbage)),
        }
    }

    fn octet(&mut self) -> Result<Vec<RangeInclusive<u8>>, FilterError> {
        if !self.skip("[") {
            let number = self.number(FilterErrorKind::NoOctet)?;
            return Ok(vec![number..=number]);
        }
        let mut members = vec![self.member()?];
        while self.skip(";") {
            members.push(self.member()?);
        }
        if self.skip("]") { Ok(members) } else { Err(self.error(FilterErrorKind::NoEndOfMember)) }
    }

    fn member(&mut self) -> Result<RangeInclusive<u8>, FilterError> {
        let low = self.number(FilterErrorKind::NoMember)?;
        if !self.skip(".") {
            return Ok(low..=low);
        }
        if !self.skip(".") {
            return Err(self.error(FilterErrorKind::Range));
        }
        let end = self.rest;
        let high = self.number(FilterErrorKind::Range)?;
        if low > high {
            self.rest = end;
            return Err(self.error(FilterErrorKind::Range));
        }
        Ok(low..=high)
    }

    fn number(&mut self, missing: FilterErrorKind) -> Result<u8, FilterError> {
        let digits = self.leading(|c| c.is_ascii_digit());
        let number = digits.parse().map_err(|_| self.error(missing))?;
        self.skip(digits);
        Ok(number)
    }

    fn skip(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The longest beginning of the rest whose characters all satisfy `accept`.
    fn leading(&self, accept: impl Fn(char) -> bool) -> &'a str {
        let tail = self.rest.trim_start_matches(accept);
        self.rest.strip_suffix(tail).unwrap_or_default()
    }

    /// Postfix's error form: the token that does not fit stands between `>` and `<`.
    fn error(&self, kind: FilterErrorKind) -> FilterError {
        let digits = self.leading(|c| c.is_ascii_digit());
        let next = self.rest.chars().next().map(String::from).unwrap_or_default();
        let token = if digits.is_empty() { next.as_str() } else { digits };
        let before = self.pattern.strip_suffix(self.rest).unwrap_or_default();
        let after = self.rest.strip_prefix(token).unwrap_or_default();
        let start = self.start + before.len();
        let marked = format!("{before}>{token}<{after}");
        FilterError { kind, span: start..start + token.len(), marked: Some(marked) }
    }
}

#[cfg(test)]
mod tests;
