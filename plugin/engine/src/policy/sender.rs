//! Names of senders.

use crate::dns::{Name, NameError};
use crate::dnsbl::{HostnameError, check_hostname};
use crate::word::{Word, word};
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A domain whose SPF record says who sends for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderDomain(Name);

impl SenderDomain {
    /// The domain.
    pub fn name(&self) -> &Name {
        &self.0
    }
}

impl Word for SenderDomain {
    const EXPECTED: &'static str = "the domain of a sender, such as \"google.com\"";
}

impl fmt::Display for SenderDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SenderDomain {
    type Err = SenderDomainError;

    fn from_str(text: &str) -> Result<Self, SenderDomainError> {
        check_hostname(text).map_err(SenderDomainError::Hostname)?;
        text.parse().map(Self).map_err(SenderDomainError::Name)
    }
}

/// Why a text is no [`SenderDomain`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SenderDomainError {
    /// It is no host name.
    Hostname(HostnameError),
    /// DNS has no such names.
    Name(NameError),
}

impl fmt::Display for SenderDomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hostname(error) => error.fmt(f),
            Self::Name(error) => error.fmt(f),
        }
    }
}

impl Error for SenderDomainError {}

word!(SenderDomain, "maxLength": 253, "examples": ["google.com", "outlook.com"]);
