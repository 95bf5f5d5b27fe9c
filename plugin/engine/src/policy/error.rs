//! What is wrong with a configuration, and where.

#[cfg(not(target_family = "wasm"))]
mod guess;

use super::CONFIG_MAX;
use crate::dnsbl::Site;
use std::fmt;

/// Why a configuration was refused. Displays as `greet_wait: "6x": expected a whole number and a unit …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    path: String,
    message: String,
    position: Option<(usize, usize)>,
}

impl PolicyError {
    /// The path of the field, such as `access_list[1].cidr`; empty when the whole text is meant.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value and what was expected.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What was expected: the message without the value that it begins with.
    pub fn reason(&self) -> &str {
        // Words are refused with `"value": reason` (see `deserialize_word`), and serde refuses with
        // `invalid type: value, expected …`.
        let message = self.message.as_str();
        let behind_word = || Some(message.strip_prefix('"')?.split_once("\": ")?.1);
        match message.find("expected ") {
            Some(at) if message.starts_with("invalid ") => message.get(at..).unwrap_or(message),
            _ => behind_word().unwrap_or(message),
        }
    }

    /// Line and column in the JSON text, both from 1, where reading stopped.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.position
    }

    pub(super) fn too_large(length: usize) -> Self {
        let message = format!("{length} bytes of configuration: expected at most {CONFIG_MAX}");
        Self { path: String::new(), message, position: None }
    }

    pub(super) fn too_long(path: &str, length: usize, max: usize) -> Self {
        let message = format!("{length} bytes with the names filled in: expected at most {max}");
        Self { path: path.to_owned(), message, position: None }
    }

    /// The entry of `dnsbl_trial_sites` with this index has a domain of `dnsbl_sites`: one answer would both count and
    /// not.
    pub(super) fn on_trial_and_not(index: usize, site: &Site) -> Self {
        let message = format!("\"{site}\": expected a list that is not in dnsbl_sites");
        Self { path: format!("dnsbl_trial_sites[{index}]"), message, position: None }
    }

    pub(super) fn from_json(path: &serde_path_to_error::Path, error: &serde_json::Error) -> Self {
        let path = match path.to_string() {
            // How serde_path_to_error writes the root, and a place it could not follow.
            root if root == "." || root == "?" => String::new(),
            path => path,
        };
        Self { path, ..Self::trailing(error) }
    }

    pub(super) fn trailing(error: &serde_json::Error) -> Self {
        let position = (error.line(), error.column());
        let text = error.to_string();
        let suffix = format!(" at line {} column {}", position.0, position.1);
        let message = text.strip_suffix(&suffix).unwrap_or(&text).to_owned();
        #[cfg(not(target_family = "wasm"))]
        let message = guess::with_guess(message);
        Self { path: String::new(), message, position: (position.0 > 0).then_some(position) }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if let Some((line, column)) = self.position {
            write!(f, " (line {line}, column {column})")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyError {}

#[cfg(test)]
mod tests;
