//! What a test that fails says.

use std::fmt::Write as _;

use envoy_sim::trace::escaped;
use envoy_sim::{LogLevel, LogLine};

/// The most bytes of one side that a message shows.
pub(super) const SHOWN_BYTES_MAX: usize = 400;
/// How many of the last log lines a message shows.
pub(super) const SHOWN_LINES_MAX: usize = 10;

/// Both texts, one below the other, and a mark below the first byte that differs.
pub(super) fn both(expected: &[u8], got: &[u8]) -> String {
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let mut text = format!("\n  expected {}\n  got      {}", quoted(expected), quoted(got));
    if same < SHOWN_BYTES_MAX {
        let width = expected.get(..same).map_or(0, |prefix| escaped(prefix).len()) + 1;
        let _ = write!(text, "\n            {:>width$} byte {}", "^", same + 1);
    }
    text
}

/// Bytes in quotes, the begin of them when they are many.
pub(super) fn quoted(bytes: &[u8]) -> String {
    match bytes.get(..SHOWN_BYTES_MAX) {
        Some(begin) if bytes.len() > SHOWN_BYTES_MAX => {
            format!("\"{}\"… {} bytes", escaped(begin), bytes.len())
        }
        _ => format!("\"{}\"", escaped(bytes)),
    }
}

/// The last lines of the log, below a message.
pub(super) fn log(lines: &[LogLine]) -> String {
    if lines.is_empty() {
        return "\n  the log is empty".to_owned();
    }
    let left_out = lines.len().saturating_sub(SHOWN_LINES_MAX);
    let mut text = String::new();
    if left_out > 0 {
        let _ = write!(text, "\n  log: … {left_out} lines before");
    }
    text + &all(&lines[left_out..])
}

/// All of these lines, below a message.
pub(super) fn all(lines: &[LogLine]) -> String {
    let mut text = String::new();
    for shown in lines {
        // Writing into a string does not fail.
        let _ = write!(text, "\n  log: {}", line(shown));
    }
    text
}

/// Texts in a list below a heading.
pub(super) fn list(heading: &str, texts: &[String]) -> String {
    let lines = texts.iter().flat_map(|text| ["\n    ", text]);
    format!("\n  {heading}{}", lines.collect::<String>())
}

/// A line of the log with what it needs to be understood: machine, severity unless it is plain information.
pub(super) fn line(line: &LogLine) -> String {
    let by = if line.by_host { "the host: " } else { "" };
    let level = match line.level {
        LogLevel::Info => String::new(),
        level => format!("{level:?}: "),
    };
    format!("[{}] {by}{level}{}", line.vm, escaped(line.text.as_bytes()))
}
