//! Programs that end by themselves.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// Runs it to its end; what it has written to its standard output. An error when it does not end well.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    Ok(output.stdout)
}

/// The same for text.
pub fn text(command: &mut Command) -> Result<String> {
    Ok(String::from_utf8(output(command)?)?)
}
