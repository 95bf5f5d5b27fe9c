//! Names of lists.

use crate::word::{Word, WordError, word};
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The longest list domain: 253 characters of a name less the 64 that a reversed IPv6 address takes.
pub const DOMAIN_MAX: usize = 189;
/// The longest public name: it must fit into a reply line.
const PUBLIC_NAME_MAX: usize = 255;
const HOSTNAME_MAX: usize = 255;
const LABEL_MAX: usize = 63;

/// Checks the form of a host name as Postfix does (`valid_hostname`): labels of letters, digits, `-` and `_`,
/// not all numeric.
pub fn check_hostname(text: &str) -> Result<(), HostnameError> {
    if text.is_empty() || text.len() > HOSTNAME_MAX {
        return Err(HostnameError::Length);
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > LABEL_MAX {
            return Err(HostnameError::LabelLength);
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(HostnameError::Hyphen(label.to_owned()));
        }
        if let Some(odd) = label.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
            return Err(HostnameError::Character(odd));
        }
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(HostnameError::Numeric);
    }
    Ok(())
}

/// Why a text is no host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostnameError {
    /// It is empty, or too long.
    Length,
    /// One of its labels is.
    LabelLength,
    /// This label begins or ends with `-`.
    Hyphen(String),
    /// This character is in no host name.
    Character(char),
    /// It is a number or an address.
    Numeric,
}

impl fmt::Display for HostnameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a host name")?;
        match self {
            Self::Length => write!(f, " of 1 to {HOSTNAME_MAX} characters"),
            Self::LabelLength => write!(f, " with labels of 1 to {LABEL_MAX} characters"),
            Self::Hyphen(label) => write!(f, ": label {label:?} begins or ends with \"-\""),
            Self::Character(odd) => {
                write!(f, ": {odd:?} is not a letter, digit, \"-\", \"_\" or \".\"")
            }
            Self::Numeric => f.write_str(", not a number or an address"),
        }
    }
}

impl Error for HostnameError {}

/// The domain of a list: a host name in lower case, at most [`DOMAIN_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DomainName(String);

impl DomainName {
    /// The name, without a dot at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is `domain`, or a name below it.
    pub fn is_within(&self, domain: &str) -> bool {
        self.0.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Word for DomainName {
    const EXPECTED: &'static str = "the domain of a DNS list, such as \"zen.spamhaus.org\"";
}

impl FromStr for DomainName {
    type Err = DomainNameError;

    fn from_str(text: &str) -> Result<Self, DomainNameError> {
        check_hostname(text).map_err(DomainNameError::Hostname)?;
        if text.len() > DOMAIN_MAX {
            return Err(DomainNameError::TooLong);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// Why a text is no [`DomainName`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainNameError {
    /// It is no host name.
    Hostname(HostnameError),
    /// It is longer than [`DOMAIN_MAX`].
    TooLong,
}

impl fmt::Display for DomainNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hostname(error) => error.fmt(f),
            Self::TooLong => {
                write!(f, "expected at most {DOMAIN_MAX} characters, so that IPv6 clients can be looked up")
            }
        }
    }
}

impl Error for DomainNameError {}

word!(DomainName, "maxLength": DOMAIN_MAX);

/// What clients and logs see instead of a list's domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicName(String);

impl PublicName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&DomainName> for PublicName {
    fn from(domain: &DomainName) -> Self {
        Self(domain.0.clone())
    }
}

impl fmt::Display for PublicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Word for PublicName {
    const EXPECTED: &'static str = "1 to 255 printable ASCII characters";
}

impl FromStr for PublicName {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if text.is_empty() || text.len() > PUBLIC_NAME_MAX || !printable {
            return Err(WordError::no::<Self>());
        }
        Ok(Self(text.to_owned()))
    }
}

word!(PublicName, "minLength": 1, "maxLength": PUBLIC_NAME_MAX, "pattern": "^[ -~]+$");

#[cfg(test)]
mod tests;
