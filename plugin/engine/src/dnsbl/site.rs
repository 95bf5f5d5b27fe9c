//! Entries of `dnsbl_sites`: `domain[=filter][*weight]`.

use super::filter::Filter;
use super::name::DomainName;
use crate::policy::{Word, word};
use std::fmt;
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
    type Err = String;

    /// Splits as Postfix does: at the first `*`, then at the first `=` before it.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(odd) = text.chars().find(|&c| c.is_whitespace() || c == ',') {
            return Err(format!("one entry per string: {odd:?} does not belong here"));
        }
        let (rest, weight) = match text.split_once('*') {
            None => (text, 1),
            Some((rest, weight)) => (rest, parse_weight(weight)?),
        };
        let (domain, filter) = match rest.split_once('=') {
            None => (rest, None),
            Some((domain, filter)) => {
                let filter = filter.parse().map_err(|reason| format!("bad DNSBL filter syntax: {reason}"))?;
                (domain, Some(filter))
            }
        };
        Ok(Self { domain: domain.parse()?, filter, weight })
    }
}

fn parse_weight(text: &str) -> Result<i32, String> {
    text.parse().map_err(|_| format!("bad DNSBL weight \"{text}\": expected a whole number"))
}

word!(
    Site,
    "pattern": "^[^\\s,*=]+(=[^\\s,*]+)?(\\*[+-]?[0-9]+)?$",
    "examples": ["zen.spamhaus.org=127.0.0.[2..11]*3"]
);

#[cfg(test)]
mod tests;
