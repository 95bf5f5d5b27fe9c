//! Time spans as Postfix writes them.

use super::{Word, word};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A time span from one second to 2147483647 seconds (Postfix's range): a whole number and a unit, `6s`, `5m`, `1h`,
/// `30d`, `2w`.
///
/// Postfix guesses a missing unit from the parameter's name; here it must be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(Duration);

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
        let units = [(604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m")];
        let (scale, unit) =
            units.into_iter().find(|(scale, _)| seconds.is_multiple_of(*scale)).unwrap_or((1, "s"));
        write!(f, "{}{unit}", seconds / scale)
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("expected {}", Self::EXPECTED);
        let unit = text.chars().last().ok_or_else(expected)?;
        let scale: u64 = match unit.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(expected()),
        };
        let digits =
            text.strip_suffix(unit).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number: u64 = match digits {
            None | Some("") => return Err(expected()),
            Some(digits) => digits.parse().unwrap_or(u64::MAX),
        };
        match number.saturating_mul(scale) {
            0 => Err("expected 1s or more".to_owned()),
            seconds @ 1..=Self::MAX_SECONDS => Ok(Self::seconds(seconds)),
            _ => Err(format!("expected {}s or less", Self::MAX_SECONDS)),
        }
    }
}

word!(Period, "pattern": "^[0-9]+[smhdwSMHDW]$", "examples": ["6s", "1h", "30d"]);
