//! Programs that run to their end.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use anyhow::{Result, anyhow, ensure};

/// Runs a program to its end; what it has printed.
pub fn run(command: &mut Command) -> Result<String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow!("there is no {program}: `cargo xtask test kubernetes` sees to it"),
        _ => anyhow!("cannot start {program}: {error}"),
    })?;
    let (said, complaint) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{command:?}: {}\n{said}{complaint}", output.status);
    Ok(said.into_owned())
}
