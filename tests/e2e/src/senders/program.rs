//! Programs that run to their end.

use std::fmt;
use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

/// How long one may take: longer than a new client waits for its turn, on a busy machine.
const RUN_MAX: Duration = Duration::from_mins(2);

/// What one has printed.
#[derive(Clone, Debug)]
pub struct Printed {
    /// To its standard output.
    pub output: String,
    /// To its standard error.
    pub errors: String,
}

/// Runs a program to its end. When it fails, the error has all that it has printed.
pub async fn run(command: &mut Command, input: &str) -> Result<Printed> {
    let program = command.as_std().get_program().display().to_string();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow!("there is no {program}: `cargo xtask e2e` sees to it"),
            _ => anyhow!("cannot start {program}: {error}"),
        })?;
    let stdin = child.stdin.take();
    let all = async {
        let write = async {
            if let Some(mut stdin) = stdin {
                // One that does not read to the end says why, and its exit status counts.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
        };
        tokio::join!(write, child.wait_with_output()).1
    };
    let output =
        timeout(RUN_MAX, all).await.with_context(|| format!("{program} still runs after {RUN_MAX:?}"))??;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let printed = Printed { output: text(&output.stdout), errors: text(&output.stderr) };
    ensure!(output.status.success(), "{:?}: {}\n{printed}", command.as_std(), output.status);
    Ok(printed)
}

// === impl Printed ===

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.output)?;
        f.write_str(&self.errors)
    }
}
