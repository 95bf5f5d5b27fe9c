//! Which Envoy the host is.

use std::fmt;
use std::str::FromStr;

/// A line of Envoy releases. Later ones are greater, so a behaviour that came with 1.38 is asked for with
/// `profile >= Profile::Envoy1_38`.
///
/// | since | what a network filter can see of it |
/// | --- | --- |
/// | 1.38 | a reset by the server resets the client too; before it the client saw an orderly end |
/// | 1.38 | filter state `envoy.hashable_string`; `envoy.network.upstream_subject_alt_names` can be read back |
/// | 1.38 | the answer that Envoy makes for a server that is not there no longer says what the socket's error was |
/// | 1.39 | 45 functions of WASI instead of 18; `poll_oneoff` succeeds; `__main_void` is called after `_initialize` |
/// | 1.40 | a reset by the client resets the server too |
/// | 1.40 | expressions may have names in backticks, and find variables with a dot before their names |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Profile {
    Envoy1_37,
    Envoy1_38,
    Envoy1_39,
    #[default]
    Envoy1_40,
}

/// A name that no profile has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no profile {0:?}: expected one of envoy-1.37, envoy-1.38, envoy-1.39, envoy-1.40")]
pub struct UnknownProfile(String);

impl Profile {
    /// All of them, the oldest first.
    pub const ALL: [Self; 4] = [Self::Envoy1_37, Self::Envoy1_38, Self::Envoy1_39, Self::Envoy1_40];

    /// `envoy-1.40`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Envoy1_37 => "envoy-1.37",
            Self::Envoy1_38 => "envoy-1.38",
            Self::Envoy1_39 => "envoy-1.39",
            Self::Envoy1_40 => "envoy-1.40",
        }
    }
}

impl Profile {
    /// N of Envoy 1.N.
    pub(crate) const fn minor(self) -> u32 {
        37 + self as u32
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|profile| profile.name() == name);
        known.ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
