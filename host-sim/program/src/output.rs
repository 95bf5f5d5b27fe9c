//! What a command was asked for goes to standard output, and what it has to say about it to standard error.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Prints a command's result, and says how it ends: well, also when a reader such as `head` has seen enough; with a
/// message when it could not be written, because half a configuration must not pass for a whole one.
pub(crate) fn print(text: &str) -> ExitCode {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("cannot write to standard output: {error}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Says what is wrong, if anybody is there to read it.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
