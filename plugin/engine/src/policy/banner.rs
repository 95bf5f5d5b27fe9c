//! Names and texts that go to clients.

use crate::dnsbl::{HostnameError, check_hostname};
use crate::word::{Word, WordError, word};
use std::fmt;
use std::str::FromStr;

/// The longest banner, in bytes: a reply line has 512 at most (RFC 5321, section 4.5.3.1.5), with `220-` and CR LF.
pub const BANNER_MAX: usize = 506;

/// The text of a greeting: printable ASCII, at most [`BANNER_MAX`] bytes. `$myhostname` stands for the server's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner(String);

impl Banner {
    /// Whether there is no text, which switches the pregreet test off.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text with `$myhostname` replaced.
    pub fn expand(&self, myhostname: &Hostname) -> String {
        self.0.replace("$myhostname", &myhostname.0)
    }

    /// The text with `$smtpd_banner` replaced, and then `$myhostname`.
    pub fn expand_within(&self, smtpd_banner: &Self, myhostname: &Hostname) -> String {
        Self(self.0.replace("$smtpd_banner", &smtpd_banner.0)).expand(myhostname)
    }
}

impl Banner {
    /// Postfix's default for `smtpd_banner`, without the name of the software.
    pub(super) fn smtpd() -> Self {
        Self("$myhostname ESMTP".to_owned())
    }

    /// Postfix's default for `postscreen_greet_banner`.
    pub(super) fn greet() -> Self {
        Self("$smtpd_banner".to_owned())
    }
}

impl Word for Banner {
    const EXPECTED: &'static str = "one line of printable ASCII, at most 506 bytes";
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Banner {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        if text.len() > BANNER_MAX || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(WordError::no::<Self>());
        }
        Ok(Self(text.to_owned()))
    }
}

word!(Banner, "maxLength": BANNER_MAX, "pattern": "^[ -~]*$");

/// A host name (RFC 1123).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostname(String);

impl Hostname {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Hostname {
    fn default() -> Self {
        Self("localhost".to_owned())
    }
}

impl Word for Hostname {
    const EXPECTED: &'static str = "a host name such as \"mail.example.com\"";
}

impl fmt::Display for Hostname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Hostname {
    type Err = HostnameError;

    fn from_str(text: &str) -> Result<Self, HostnameError> {
        check_hostname(text)?;
        Ok(Self(text.to_owned()))
    }
}

word!(Hostname, "maxLength": 255);
