//! How many tests ran: read from the closing lines of the runners while their output passes through.

use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context, Error, Result, anyhow};

use crate::process::describe;

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TestCounts {
    pub passed: u64,
    pub failed: u64,
}

/// A step that failed, and what it had counted by then.
#[derive(Debug)]
pub struct Failed {
    pub error: Error,
    pub tally: TestCounts,
}

/// Runs a test runner, shows what it prints, and counts. A runner that ran nothing has failed.
pub fn run_counted(command: &mut Command) -> Result<TestCounts, Failed> {
    let line = describe(command);
    println!("    $ {line}");
    let mut tally = TestCounts::default();
    let ended = stream(command, |line| tally += TestCounts::read(line).unwrap_or_default());
    let error = match ended {
        Err(error) => error.context(format!("while running: {line}")),
        Ok(()) if tally.failed > 0 => anyhow!("{} failed, though it ended well: {line}", tally.failed),
        Ok(()) if tally.passed == 0 => anyhow!("ran no test: {line}"),
        Ok(()) => return Ok(tally),
    };
    tally.failed = tally.failed.max(1);
    Err(Failed { error, tally })
}

fn stream(command: &mut Command, mut each: impl FnMut(&str)) -> Result<()> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start")?;
    let stdout = child.stdout.take().context("no standard output")?;
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        each(&line);
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(anyhow!("{status}")) }
}

impl TestCounts {
    /// Reads `test result: ok. 3 passed; 0 failed; …` (cargo's) and `3 passed, 0 failed` (ours).
    /// Other lines count nothing.
    pub fn read(line: &str) -> Option<Self> {
        let line = line.trim();
        let counts = match line.strip_prefix("test result: ") {
            Some(result) => result.split_once(". ")?.1,
            None => line,
        };
        let mut counts = counts.split([';', ',']).map(str::trim);
        let passed = counts.next()?.strip_suffix(" passed")?.parse().ok()?;
        let failed = counts.next()?.strip_suffix(" failed")?.parse().ok()?;
        Some(Self { passed, failed })
    }
}

impl AddAssign for TestCounts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Failed {
    /// The same failure, with what had been counted before it.
    pub fn after(mut self, before: TestCounts) -> Self {
        self.tally += before;
        self
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, tally: TestCounts { passed: 0, failed: 1 } }
    }
}

#[cfg(test)]
mod tests;
