//! Records: `v=spf1` and the terms after it (RFC 7208, sections 4.6, 5, 6 and 12).
//!
//! A record is read as a whole before anything of it counts: one mistake anywhere makes it worth nothing (section 4.6).

mod error;
mod term;

pub use error::{RecordError, RecordErrorKind};

use super::macros::DomainSpec;
use ipnet::IpNet;
use std::ops::Range;
use term::{Term, read};

/// The longest record, in bytes. No answer that is read holds a longer one.
pub const RECORD_MAX: usize = crate::dnsbl::MESSAGE_MAX;

/// What every record begins with, in letters of any case; then comes a blank, or nothing.
const VERSION: &[u8] = b"v=spf1";

/// A record without mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpfRecord {
    text: String,
    directives: Box<[Directive]>,
    redirect: Option<Redirect>,
}

/// A mechanism, and what it means when it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// What a match means.
    pub qualifier: Qualifier,
    /// What is looked at.
    pub mechanism: Mechanism,
    span: Range<usize>,
}

/// `redirect=`: what to look at when nothing matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Whose record.
    pub domain: DomainSpec,
    span: Range<usize>,
}

/// What a match of a mechanism means (RFC 7208, section 4.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// `+`, or nothing.
    Pass,
    /// `-`.
    Fail,
    /// `~`.
    SoftFail,
    /// `?`.
    Neutral,
}

/// Whom a directive means (RFC 7208, section 5). Without a domain, it is the one of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Everybody.
    All,
    /// Whoever passes by the record of another domain.
    Include(DomainSpec),
    /// Networks about the addresses of a domain.
    A(Option<DomainSpec>, Lengths),
    /// Networks about the addresses of a domain's mail servers.
    Mx(Option<DomainSpec>, Lengths),
    /// Whose name is within a domain.
    Ptr(Option<DomainSpec>),
    /// A network of either kind: `ip4`, `ip6`.
    Network(IpNet),
    /// Everybody, if a domain has an IPv4 address.
    Exists(DomainSpec),
}

/// How many bits of an address count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// Of an IPv4 address, 32 at most.
    pub v4: u8,
    /// Of an IPv6 address, 128 at most.
    pub v6: u8,
}

impl SpfRecord {
    /// Whether a text is meant as a record of SPF (RFC 7208, section 4.5): another one for the same domain is one too
    /// many.
    pub fn is_meant(text: &[u8]) -> bool {
        let Some((version, rest)) = text.split_at_checked(VERSION.len()) else { return false };
        version.eq_ignore_ascii_case(VERSION) && matches!(rest.first(), None | Some(b' '))
    }

    /// Reads a text that [`SpfRecord::is_meant`] is true of.
    pub fn parse(text: &[u8]) -> Result<Self, RecordError> {
        if text.len() > RECORD_MAX {
            return Err(RecordError::of_record(RecordErrorKind::TooLong));
        }
        let mut directives = Vec::new();
        let mut redirect = None;
        let mut has_explanation = false;
        let mut start = 0;
        for (index, term) in text.split(|&byte| byte == b' ').enumerate() {
            let span = start..start + term.len();
            start = span.end + 1;
            // The first one is the version; an empty one is a blank more.
            if index == 0 || term.is_empty() {
                continue;
            }
            let error = |kind| RecordError::of_term(term, kind);
            match read(term).map_err(error)? {
                Term::Directive(qualifier, mechanism) => {
                    directives.push(Directive { qualifier, mechanism, span });
                }
                Term::Redirect(domain) if redirect.is_none() => redirect = Some(Redirect { domain, span }),
                Term::Explanation if !has_explanation => has_explanation = true,
                Term::Redirect(_) | Term::Explanation => return Err(error(RecordErrorKind::Twice)),
                Term::OtherModifier => {}
            }
        }
        // It is ASCII: each term has been looked at.
        Ok(Self { text: String::from_utf8_lossy(text).into_owned(), directives: directives.into(), redirect })
    }

    /// The directives, in their order.
    pub fn directives(&self) -> &[Directive] {
        &self.directives
    }

    /// Where to look when no directive matches.
    pub fn redirect(&self) -> Option<&Redirect> {
        self.redirect.as_ref()
    }

    /// A directive as it is written: printable ASCII, without blanks.
    pub fn text_of(&self, directive: &Directive) -> &str {
        self.text.get(directive.span.clone()).unwrap_or_default()
    }

    /// Its `redirect=` as it is written.
    pub fn text_of_redirect(&self) -> &str {
        let redirect = self.redirect.as_ref();
        redirect.and_then(|redirect| self.text.get(redirect.span.clone())).unwrap_or_default()
    }

    /// About how many bytes of memory it takes.
    pub(super) fn size(&self) -> usize {
        let directives =
            self.directives.iter().map(|directive| size_of::<Directive>() + directive.mechanism.more());
        let redirect = self.redirect.as_ref().map_or(0, |redirect| redirect.domain.size());
        size_of::<Self>() + self.text.len() + directives.sum::<usize>() + redirect
    }
}

impl Mechanism {
    /// About how many bytes of memory it takes elsewhere.
    fn more(&self) -> usize {
        let domain = match self {
            Self::All | Self::Network(_) => None,
            Self::Include(domain) | Self::Exists(domain) => Some(domain),
            Self::A(domain, _) | Self::Mx(domain, _) | Self::Ptr(domain) => domain.as_ref(),
        };
        domain.map_or(0, DomainSpec::size)
    }
}

#[cfg(test)]
mod tests;
