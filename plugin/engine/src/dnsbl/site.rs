//! Entries of `dnsbl_sites`: `domain[=filter][*weight]`.

use super::filter::{Filter, FilterError};
use super::name::{DomainName, DomainNameError};
use crate::word::{Word, word};
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// One entry: which answers of which list are worth what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The list.
    pub domain: DomainName,
    /// The answers that count; `None`: any listing.
    pub filter: Option<Filter>,
    /// What a match adds to the score; negative for allowlists. Added once, however many answers match.
    pub weight: i32,
}

impl Word for Site {
    const EXPECTED: &'static str = "domain[=filter][*weight], such as \"zen.spamhaus.org=127.0.0.[2..11]*3\"";
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.domain.fmt(f)?;
        if let Some(filter) = &self.filter {
            write!(f, "={filter}")?;
        }
        match self.weight {
            1 => Ok(()),
            weight => write!(f, "*{weight}"),
        }
    }
}

impl FromStr for Site {
    type Err = SiteError;

    /// Splits as Postfix does: at the first `*`, then at the first `=` before it.
    fn from_str(text: &str) -> Result<Self, SiteError> {
        let (rest, weight) = split(text, '*');
        let (domain, filter) = split(rest, '=');
        let error = |kind, span| SiteError { kind, span };
        if let Some(odd) = text.chars().find(|&c| c.is_whitespace() || c == ',') {
            return Err(error(SiteErrorKind::Separator(odd), 0..domain.len()));
        }
        let weight = weight.map_or(Ok(1), |weight| {
            let wrong = |_| error(SiteErrorKind::Weight(weight.to_owned()), rest.len() + 1..text.len());
            weight.parse().map_err(wrong)
        })?;
        let filter = filter.map(str::parse).transpose().map_err(|wrong: FilterError| {
            let start = domain.len() + 1;
            let span = start + wrong.span.start..start + wrong.span.end;
            error(SiteErrorKind::Filter(wrong), span)
        })?;
        let domain = domain.parse().map_err(|wrong| error(SiteErrorKind::Domain(wrong), 0..domain.len()))?;
        Ok(Self { domain, filter, weight })
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Why a text is no [`Site`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteError {
    /// What is wrong.
    pub kind: SiteErrorKind,
    /// The part of the entry that is wrong, in bytes: the weight, a token of the filter, or the domain. Of several
    /// entries in one text, what stands for the domain.
    pub span: Range<usize>,
}

/// What is wrong with the text of a [`Site`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteErrorKind {
    /// A blank or a comma, as between two entries.
    Separator(char),
    /// This weight is no whole number of 32 bits.
    Weight(String),
    /// The filter. Its span begins with the filter, not with the entry.
    Filter(FilterError),
    /// The domain.
    Domain(DomainNameError),
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            SiteErrorKind::Separator(odd) => {
                write!(f, "one entry per string: {odd:?} does not belong here")
            }
            SiteErrorKind::Weight(text) => write!(f, "bad DNSBL weight \"{text}\": expected a whole number"),
            SiteErrorKind::Filter(error) => write!(f, "bad DNSBL filter syntax: {error}"),
            SiteErrorKind::Domain(error) => error.fmt(f),
        }
    }
}

impl Error for SiteError {}

word!(
    Site,
    "pattern": "^[^\\s,*=]+(=[^\\s,*]+)?(\\*[+-]?[0-9]+)?$",
    "examples": ["zen.spamhaus.org=127.0.0.[2..11]*3"]
);

#[cfg(test)]
mod tests;
