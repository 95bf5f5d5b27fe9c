//! What the tests say.

use std::fmt::Display;

use anyhow::Result;

/// How they went so far.
#[derive(Debug, Default)]
pub struct Report {
    passed: usize,
    failed: usize,
}

// === impl Report ===

impl Report {
    /// Prints how a test went.
    pub fn test(&mut self, who: impl Display, what: &str, result: Result<()>) {
        match result {
            Ok(()) => {
                self.passed += 1;
                println!("ok      {who}: {what}");
            }
            Err(error) => {
                self.failed += 1;
                println!("FAILED  {who}: {what}");
                format!("{error:#}").lines().for_each(|line| println!("        {line}"));
            }
        }
    }

    /// Prints the closing line; whether all have passed.
    pub fn close(&self) -> bool {
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0
    }
}
