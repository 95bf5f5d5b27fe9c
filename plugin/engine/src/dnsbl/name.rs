//! Names of lists.

use crate::policy::{Word, word};
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
pub fn check_hostname(text: &str) -> Result<(), String> {
    if text.is_empty() || text.len() > HOSTNAME_MAX {
        return Err(format!("expected a host name of 1 to {HOSTNAME_MAX} characters"));
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > LABEL_MAX {
            return Err(format!("expected a host name with labels of 1 to {LABEL_MAX} characters"));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(format!("expected a host name: label {label:?} begins or ends with \"-\""));
        }
        if let Some(odd) = label.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
            return Err(format!(
                "expected a host name: {odd:?} is not a letter, digit, \"-\", \"_\" or \".\""
            ));
        }
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err("expected a host name, not a number or an address".to_owned());
    }
    Ok(())
}

/// The domain of a list: a host name in lower case, at most [`DOMAIN_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DomainName(String);

impl DomainName {
    /// The name, without a dot at its end.
    pub fn as_str(&self) -> &str {
        &self.0
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
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        check_hostname(text)?;
        if text.len() > DOMAIN_MAX {
            return Err(format!(
                "expected at most {DOMAIN_MAX} characters, so that IPv6 clients can be looked up"
            ));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

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
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if text.is_empty() || text.len() > PUBLIC_NAME_MAX || !printable {
            return Err(format!("expected {}", Self::EXPECTED));
        }
        Ok(Self(text.to_owned()))
    }
}

word!(PublicName, "minLength": 1, "maxLength": PUBLIC_NAME_MAX, "pattern": "^[ -~]+$");
