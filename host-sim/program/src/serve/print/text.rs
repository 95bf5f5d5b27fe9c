//! Lines for people, and for readers of Postfix's log.

use std::fmt::Write;

use envoy_sim::{ConnectionEnd, LogLevel, LogLine};

use super::HOST;

/// The filter state in which the module leaves its verdict.
const VERDICT: &str = "wasm.postscreen.verdict";
/// And the client's record.
const RECORD: &str = "wasm.postscreen.record";
/// The longest text of a line. Postfix's lines, and ours, have at most 2,000 characters; other modules may say more.
pub(super) const TEXT_MAX: usize = 4096;

/// The header of a line of `program`, up to and with the blank.
///
/// The time is in RFC 3339's form, the default of rsyslog. The older one of RFC 3164 is in a time zone that the
/// reader has to guess. The host is always `localhost`, which log readers leave unread.
pub(super) fn header(syslog: bool, stamp: &str, program: &str, pid: u32) -> String {
    match (syslog, program) {
        (false, _) => format!("{stamp} {program}: "),
        (true, HOST) => format!("{stamp} localhost {program}[{pid}]: "),
        (true, _) => format!("{stamp} localhost postfix/{program}[{pid}]: "),
    }
}

/// The text with everything escaped that is not printable ASCII, cut at [`TEXT_MAX`] characters.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(TEXT_MAX));
    for c in text.chars() {
        if clean.len() >= TEXT_MAX {
            clean.truncate(TEXT_MAX);
            break;
        }
        if (' '..='~').contains(&c) { clean.push(c) } else { clean.extend(c.escape_default()) }
    }
    clean
}

/// Postfix writes `warning: ` before the text of a warning, so this does too.
pub(super) fn log(line: &LogLine) -> String {
    let severity = match line.level {
        LogLevel::Trace | LogLevel::Debug | LogLevel::Info => "",
        LogLevel::Warn => "warning: ",
        LogLevel::Error => "error: ",
        LogLevel::Critical => "fatal: ",
    };
    let text = line.text.strip_prefix(severity).unwrap_or(&line.text);
    clean(&format!("{severity}{text}"))
}

/// What the module decided; what would end the quotes of the access line is `?`.
pub(super) fn verdict(end: &ConnectionEnd) -> Option<String> {
    let verdict = end.filter_state_text(VERDICT)?;
    Some(
        verdict
            .chars()
            .map(|c| if (' '..='~').contains(&c) && !"\"\\".contains(c) { c } else { '?' })
            .collect(),
    )
}

/// The client's record, as a whole: a cut one is none. The module writes printable ASCII; what else a text may hold is
/// escaped as in JSON's strings, where it may stand.
pub(super) fn record(end: &ConnectionEnd) -> Option<String> {
    let record = end.filter_state_text(RECORD)?;
    let mut clean = String::with_capacity(record.len());
    for unit in record.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ b' '..=b'~') => clean.push(char::from(byte)),
            // Writing into a string does not fail.
            _ => _ = write!(clean, "\\u{unit:04x}"),
        }
    }
    Some(clean)
}

/// For programs: the names and their order stay. What does not apply is `-`, as in Envoy's access logs.
pub(super) fn access(end: &ConnectionEnd) -> String {
    let verdict = verdict(end).unwrap_or_else(|| "-".to_owned());
    let upstream = end.upstream.as_deref().unwrap_or("-");
    let mut line = format!("access: client={} verdict=\"{verdict}\" upstream={upstream}", end.client);
    // Writing into a string does not fail.
    let _ = write!(
        line,
        " received={} sent={} duration={:.1}s",
        end.received,
        end.sent,
        end.duration.as_secs_f64()
    );
    clean(&line)
}
