//! Time spans that are shorter under stress.

use super::{Period, Word, word};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A time span with another value for the time when almost all places are taken: Postfix's
/// `${stress?{2}:{6}}s`. A plain `6s` is the same under stress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StressPeriod {
    normal: Period,
    stressed: Period,
}

impl StressPeriod {
    pub(super) const fn seconds(normal: u64, stressed: u64) -> Self {
        Self { normal: Period::seconds(normal), stressed: Period::seconds(stressed) }
    }

    /// The span that holds now.
    pub const fn duration(self, stressed: bool) -> Duration {
        if stressed { self.stressed.duration() } else { self.normal.duration() }
    }
}

impl Word for StressPeriod {
    const EXPECTED: &'static str = "a whole number and a unit (s, m, h, d or w), such as \"6s\", \
         or \"${stress?{2}:{6}}s\"";
}

impl fmt::Display for StressPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.normal == self.stressed {
            return self.normal.fmt(f);
        }
        write!(f, "${{stress?{{{}}}:{{{}}}}}s", self.stressed.as_secs(), self.normal.as_secs())
    }
}

impl FromStr for StressPeriod {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(expression) = text.strip_prefix("${stress?{") else {
            let expected = |reason: String| {
                if reason.contains(Period::EXPECTED) {
                    format!("expected {}", Self::EXPECTED)
                } else {
                    reason
                }
            };
            let period: Period = text.parse().map_err(expected)?;
            return Ok(Self { normal: period, stressed: period });
        };
        let parts = || {
            let (stressed, rest) = expression.split_once("}:{")?;
            let (normal, unit) = rest.split_once("}}")?;
            Some((format!("{stressed}{unit}"), format!("{normal}{unit}")))
        };
        let (stressed, normal) = parts().ok_or_else(|| format!("expected {}", Self::EXPECTED))?;
        Ok(Self { normal: normal.parse()?, stressed: stressed.parse()? })
    }
}

word!(
    StressPeriod,
    "pattern": concat!(
        "^([0-9]+[smhdwSMHDW]|",
        r"\$\{stress\?\{[0-9]+[smhdwSMHDW]?\}:\{[0-9]+[smhdwSMHDW]?\}\}[smhdwSMHDW]?)$"
    ),
    "examples": ["6s", "${stress?{2}:{6}}s"]
);
