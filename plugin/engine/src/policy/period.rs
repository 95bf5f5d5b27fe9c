//! Time spans as Postfix writes them, and such that are shorter under stress.

use crate::word::{Word, WordError, word};
use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A time span from one second to 2147483647 seconds (Postfix's range): a whole number and a unit, `6s`, `5m`, `1h`,
/// `30d`, `2w`.
///
/// Postfix guesses a missing unit from the parameter's name; here it must be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(Duration);

/// Postfix's units and their seconds, the largest first.
const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Period {
    /// The longest period, in seconds.
    pub const MAX_SECONDS: u64 = i32::MAX as u64;

    pub(super) const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    pub(super) const fn hours(hours: u64) -> Self {
        Self::seconds(hours * 3_600)
    }

    pub(super) const fn days(days: u64) -> Self {
        Self::hours(days * 24)
    }

    /// The seconds of a unit (`s`, `m`, `h`, `d` or `w`, in any case), if it is one.
    pub fn unit_seconds(unit: char) -> Option<u64> {
        let unit = unit.to_ascii_lowercase();
        UNITS.into_iter().find(|&(known, _)| known == unit).map(|(_, seconds)| seconds)
    }

    /// The same as a standard duration.
    pub const fn duration(self) -> Duration {
        self.0
    }

    /// The length in seconds.
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }
}

impl Word for Period {
    const EXPECTED: &'static str = "a whole number and a unit (s, m, h, d or w), such as \"6s\"";
}

impl fmt::Display for Period {
    /// In the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.as_secs();
        let (unit, scale) =
            UNITS.into_iter().find(|(_, scale)| seconds.is_multiple_of(*scale)).unwrap_or(('s', 1));
        write!(f, "{}{unit}", seconds / scale)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let unit = text.chars().last().ok_or(PeriodError::Form)?;
        let scale = Self::unit_seconds(unit).ok_or(PeriodError::Form)?;
        let digits =
            text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number: u64 = match digits {
            None | Some("") => return Err(PeriodError::Form),
            Some(digits) => digits.parse().unwrap_or(u64::MAX),
        };
        match number.saturating_mul(scale) {
            0 => Err(PeriodError::TooShort),
            seconds @ 1..=Self::MAX_SECONDS => Ok(Self::seconds(seconds)),
            _ => Err(PeriodError::TooLong),
        }
    }
}

/// Why a text is no [`Period`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodError {
    /// It is no whole number with a unit.
    Form,
    /// It is less than a second.
    TooShort,
    /// It is more than [`Period::MAX_SECONDS`].
    TooLong,
}

impl fmt::Display for PeriodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => WordError::no::<Period>().fmt(f),
            Self::TooShort => f.write_str("expected 1s or more"),
            Self::TooLong => write!(f, "expected {}s or less", Period::MAX_SECONDS),
        }
    }
}

impl Error for PeriodError {}

word!(Period, "pattern": "^[0-9]+[smhdwSMHDW]$", "examples": ["6s", "1h", "30d"]);

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

    /// The span as it is written, for normal times or for times of stress.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) const fn period(self, stressed: bool) -> Period {
        if stressed { self.stressed } else { self.normal }
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
    type Err = StressPeriodError;

    fn from_str(text: &str) -> Result<Self, StressPeriodError> {
        let Some(expression) = text.strip_prefix("${stress?{") else {
            return match text.parse() {
                Ok(period) => Ok(Self { normal: period, stressed: period }),
                // It may have been meant as either.
                Err(PeriodError::Form) => Err(StressPeriodError::Form),
                Err(error) => Err(StressPeriodError::Period(error)),
            };
        };
        let parts = || {
            let (stressed, rest) = expression.split_once("}:{")?;
            let (normal, unit) = rest.split_once("}}")?;
            Some((format!("{stressed}{unit}"), format!("{normal}{unit}")))
        };
        let (stressed, normal) = parts().ok_or(StressPeriodError::Form)?;
        let period = |text: String| text.parse().map_err(StressPeriodError::Period);
        Ok(Self { normal: period(normal)?, stressed: period(stressed)? })
    }
}

/// Why a text is no [`StressPeriod`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StressPeriodError {
    /// It is neither a plain time span nor the expression.
    Form,
    /// A time span is wrong, alone or in the expression.
    Period(PeriodError),
}

impl fmt::Display for StressPeriodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => WordError::no::<StressPeriod>().fmt(f),
            Self::Period(error) => error.fmt(f),
        }
    }
}

impl Error for StressPeriodError {}

word!(
    StressPeriod,
    "pattern": concat!(
        "^([0-9]+[smhdwSMHDW]|",
        r"\$\{stress\?\{[0-9]+[smhdwSMHDW]?\}:\{[0-9]+[smhdwSMHDW]?\}\}[smhdwSMHDW]?)$"
    ),
    "examples": ["6s", "${stress?{2}:{6}}s"]
);

#[cfg(test)]
mod tests;
