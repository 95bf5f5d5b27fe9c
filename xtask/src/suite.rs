//! `cargo xtask test`: the steps, one after the other, up to the first that fails.

pub mod conformance;
mod envoy;
mod hosts;
pub mod parity;
mod readers;
mod relay;
mod report;
mod step;
mod summary;
mod tally;

use std::time::Instant;

use crate::repo::Repo;
pub use step::Step;
use summary::{Outcome, Row};

/// Runs the chosen steps; none chosen means all. True when every one of them passed.
pub fn run(repo: &Repo, chosen: &[Step]) -> bool {
    let steps = Step::plan(chosen);
    let mut rows: Vec<Row> = Vec::new();
    let mut failure = None;
    for (index, &step) in steps.iter().enumerate() {
        if failure.is_some() {
            rows.push(Row::not_run(step));
            continue;
        }
        println!("\n==> [{}/{}] {step}: {}", index + 1, steps.len(), step.about());
        let started = Instant::now();
        let result = step.run(repo);
        let elapsed = started.elapsed();
        match result {
            Ok(tally) => {
                println!("    {step} passed in {:.1} s", elapsed.as_secs_f64());
                rows.push(Row { step, outcome: Outcome::Passed(tally), elapsed });
            }
            Err(failed) => {
                println!("\nFAILED: {step}: {:#}", failed.error);
                rows.push(Row { step, outcome: Outcome::Failed(failed.tally), elapsed });
                failure = Some(step);
            }
        }
    }
    println!("\n{}", summary::table(&rows));
    if let Some(step) = failure {
        println!("The step {step} failed. Run it alone with: cargo xtask test {step}");
    }
    println!("{}", summary::total(&rows));
    failure.is_none()
}
