//! One line for each thing that must be so.

use std::cell::Cell;

use anyhow::Result;

/// How the checks went so far.
#[derive(Debug, Default)]
pub struct Report {
    passed: Cell<usize>,
    failed: Cell<usize>,
}

// === impl Report ===

impl Report {
    /// Says how a check went.
    pub fn say(&self, what: &str, result: &Result<()>) {
        match result {
            Ok(()) => {
                self.passed.update(|count| count + 1);
                println!("ok      {what}");
            }
            Err(error) => {
                self.failed.update(|count| count + 1);
                println!("FAILED  {what}");
                format!("{error:#}").lines().for_each(|line| println!("        {line}"));
            }
        }
    }

    /// The line at the end. True when all have passed, and there were any.
    pub fn finish(&self) -> bool {
        println!("{} passed, {} failed", self.passed.get(), self.failed.get());
        self.failed.get() == 0 && self.passed.get() > 0
    }
}
