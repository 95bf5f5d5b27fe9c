//! Programs that run to their end.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

/// How long one may take: longer than a new client waits for its turn, on a busy machine.
const RUN_MAX: Duration = Duration::from_mins(2);

/// Runs a program to its end. What it has printed on both outputs, one behind the other, and an error with the same when
/// it fails.
pub async fn run(command: &mut Command, input: &str) -> Result<String> {
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
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    ensure!(output.status.success(), "{:?}: {}\n{said}", command.as_std(), output.status);
    Ok(said)
}

/// The same for a program that reads nothing.
pub async fn run_with<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = A>,
) -> Result<String> {
    run(Command::new(program).args(arguments), "").await
}
