//! The closing table and the closing line.

use std::time::Duration;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::step::Step;
use super::tally::Tally;

/// One step of the run.
#[derive(Debug)]
pub struct Row {
    pub step: Step,
    pub outcome: Outcome,
    pub elapsed: Duration,
}

/// How a step ended.
#[derive(Debug)]
pub enum Outcome {
    Failed(Tally),
    NotRun,
    Passed(Tally),
}

impl Row {
    /// A step behind the one that failed.
    pub fn not_run(step: Step) -> Self {
        Self { step, outcome: Outcome::NotRun, elapsed: Duration::ZERO }
    }
}

/// Step, result, tests and time of every step.
pub fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["step", "result", "tests", "time"]);
    for column in 2..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for Row { step, outcome, elapsed } in rows {
        let time = format!("{:.1} s", elapsed.as_secs_f64());
        let (result, tests, time) = match outcome {
            Outcome::Failed(tally) => {
                ("FAILED", format!("{} of {}", tally.passed, tally.passed + tally.failed), time)
            }
            Outcome::NotRun => ("not run", "-".to_owned(), "-".to_owned()),
            Outcome::Passed(tally) => ("passed", tally.passed.to_string(), time),
        };
        table.add_row([step.to_string(), result.to_owned(), tests, time]);
    }
    table.trim_fmt()
}

/// The plain line that ends a run, in a form that any reader of test output knows.
pub fn total(rows: &[Row]) -> String {
    let mut sum = Tally::default();
    for row in rows {
        match row.outcome {
            Outcome::Failed(tally) | Outcome::Passed(tally) => sum += tally,
            Outcome::NotRun => {}
        }
    }
    format!("{} passed, {} failed", sum.passed, sum.failed)
}

#[cfg(test)]
mod tests;
