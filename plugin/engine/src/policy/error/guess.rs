//! "Did you mean": what an unknown field or word may stand for. On hosts only, where configurations are written.

use crate::advice::nearest;
use crate::policy::EhloKeyword;

/// A message, with the name that may be meant. An unknown field's takes the place of the list of all fields.
pub(super) fn with_guess(message: String) -> String {
    let guessed = of_field(&message).or_else(|| of_word(&message));
    guessed.unwrap_or(message)
}

/// ``unknown field `greet_wiat`, expected one of `myhostname`, …``
fn of_field(message: &str) -> Option<String> {
    let (written, expected) = message.strip_prefix("unknown field `")?.split_once("`, ")?;
    // Every other piece stands between the marks.
    let meant = nearest(written, expected.split('`').skip(1).step_by(2))?;
    Some(format!("unknown field `{written}`, did you mean `{meant}`?"))
}

/// `"droop": expected "ignore", "enforce" or "drop"`
fn of_word(message: &str) -> Option<String> {
    let (written, expected) = message.strip_prefix('"')?.split_once("\": expected ")?;
    let (words, _) = expected.split_once("such as").unwrap_or((expected, ""));
    let meant = if expected.contains("EHLO keyword") {
        nearest(written, EhloKeyword::names())
    } else {
        nearest(written, words.split('"').skip(1).step_by(2).filter(|word| is_name(word)))
    };
    Some(format!("{message}; did you mean \"{}\"?", meant?))
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
