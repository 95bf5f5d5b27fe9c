//! `cargo xtask test`: the steps, one after the other, up to the first that fails; then a table and a closing line.
//!
//! How many tests ran is read from the closing lines of the runners while their output passes through.

pub mod comparisons;
mod control_planes;
pub mod e2e;
mod hosts;
mod images;
mod kubernetes;
mod steps;

use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, anyhow};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::process::describe;
use crate::repo::Repo;

pub use steps::SuiteStep;

/// Runs the chosen steps; none chosen means all. True when every one of them passed.
pub fn run(repo: &Repo, chosen: &[SuiteStep]) -> bool {
    let steps = SuiteStep::plan(chosen);
    let mut rows: Vec<StepRow> = Vec::new();
    let mut failure = None;
    for (index, &step) in steps.iter().enumerate() {
        if failure.is_some() {
            rows.push(StepRow::not_run(step));
            continue;
        }
        println!("\n==> [{}/{}] {step}: {}", index + 1, steps.len(), step.about());
        let started = Instant::now();
        let result = step.run(repo);
        let elapsed = started.elapsed();
        match result {
            Ok(tally) => {
                println!("    {step} passed in {:.1} s", elapsed.as_secs_f64());
                rows.push(StepRow { step, outcome: StepResult::Passed(tally), elapsed });
            }
            Err(failed) => {
                println!("\nFAILED: {step}: {:#}", failed.error);
                rows.push(StepRow { step, outcome: StepResult::Failed(failed.tally), elapsed });
                failure = Some(step);
            }
        }
    }
    println!("\n{}", table(&rows));
    if let Some(step) = failure {
        println!("The step {step} failed. Run it alone with: cargo xtask test {step}");
    }
    println!("{}", total(&rows));
    failure.is_none()
}

/// One step of the run.
#[derive(Debug)]
pub struct StepRow {
    pub step: SuiteStep,
    pub outcome: StepResult,
    pub elapsed: Duration,
}

/// How a step ended.
#[derive(Debug)]
pub enum StepResult {
    Failed(TestCounts),
    NotRun,
    Passed(TestCounts),
}

impl StepRow {
    /// A step behind the one that failed.
    pub fn not_run(step: SuiteStep) -> Self {
        Self { step, outcome: StepResult::NotRun, elapsed: Duration::ZERO }
    }
}

/// Step, result, tests and time of every step.
pub fn table(rows: &[StepRow]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["step", "result", "tests", "time"]);
    for column in 2..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for StepRow { step, outcome, elapsed } in rows {
        let time = format!("{:.1} s", elapsed.as_secs_f64());
        let (result, tests, time) = match outcome {
            StepResult::Failed(tally) => {
                ("FAILED", format!("{} of {}", tally.passed, tally.passed + tally.failed), time)
            }
            StepResult::NotRun => ("not run", "-".to_owned(), "-".to_owned()),
            StepResult::Passed(tally) => ("passed", tally.passed.to_string(), time),
        };
        table.add_row([step.to_string(), result.to_owned(), tests, time]);
    }
    table.trim_fmt()
}

/// The plain line that ends a run, in a form that any reader of test output knows.
pub fn total(rows: &[StepRow]) -> String {
    let mut sum = TestCounts::default();
    for row in rows {
        match row.outcome {
            StepResult::Failed(tally) | StepResult::Passed(tally) => sum += tally,
            StepResult::NotRun => {}
        }
    }
    format!("{} passed, {} failed", sum.passed, sum.failed)
}

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
