//! `cargo xtask test`: the steps, one after the other, up to the first that fails; then a table and a closing line.

pub mod comparisons;
mod hosts;
mod steps;
mod tally;

use std::time::{Duration, Instant};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::repo::Repo;
pub use steps::SuiteStep;
use tally::TestCounts;

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

#[cfg(test)]
mod tests;
