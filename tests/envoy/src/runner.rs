//! Runs tests one by one or a few at once, and tells how they went: one line per test.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Error, Result};
use tokio::task::{JoinError, spawn_local};
use tokio::time::Instant;

/// What a passed test has to say, or nothing.
pub type Note = String;

/// A test and its name.
pub struct SuiteTest {
    /// Its name.
    pub name: String,
    /// What it does.
    pub run: Box<dyn FnOnce(TestProgress) -> Running>,
}

/// A test at work.
pub type Running = std::pin::Pin<Box<dyn Future<Output = Result<Note>>>>;

/// Lets a long test say how far it is.
#[derive(Clone, Debug)]
pub struct TestProgress {
    test: String,
    began: Instant,
}

/// How the tests went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestResults {
    /// How many have passed.
    pub passed: usize,
    /// The names of the others.
    pub failed: Vec<String>,
}

// === impl SuiteTest ===

impl SuiteTest {
    /// A test that does what `run` says.
    pub fn new<F, Fut>(name: impl Into<String>, run: F) -> Self
    where
        F: FnOnce(TestProgress) -> Fut + 'static,
        Fut: Future<Output = Result<Note>> + 'static,
    {
        Self { name: name.into(), run: Box::new(move |progress| Box::pin(run(progress))) }
    }
}

impl fmt::Debug for SuiteTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SuiteTest").field(&self.name).finish()
    }
}

// === impl TestProgress ===

impl TestProgress {
    /// Of the test with this name, from now on.
    pub fn of(test: &str) -> Self {
        Self { test: test.to_owned(), began: Instant::now() }
    }

    /// Prints a line about the test in progress.
    pub fn say(&self, what: impl fmt::Display) {
        println!("     … {:>6.1} s  {}: {what}", self.began.elapsed().as_secs_f32(), self.test);
    }
}

/// Runs all tests, at most `at_once` at the same time, and prints how each went.
pub async fn run(tests: Vec<SuiteTest>, at_once: usize) -> TestResults {
    let waiting = Rc::new(RefCell::new(tests.into_iter()));
    let tally = Rc::new(RefCell::new(TestResults::default()));
    let runners: Vec<_> = (0..at_once)
        .map(|_| {
            let (waiting, tally) = (Rc::clone(&waiting), Rc::clone(&tally));
            spawn_local(async move {
                loop {
                    let next = waiting.borrow_mut().next();
                    let Some(test) = next else { return };
                    let name = test.name.clone();
                    if run_one(test).await {
                        tally.borrow_mut().passed += 1;
                    } else {
                        tally.borrow_mut().failed.push(name);
                    }
                }
            })
        })
        .collect();
    for runner in runners {
        if let Err(error) = runner.await {
            tally.borrow_mut().failed.push(format!("a runner broke: {error}"));
        }
    }
    tally.take()
}

/// Whether the test passed. A test that panics has failed; the others go on.
async fn run_one(test: SuiteTest) -> bool {
    let began = Instant::now();
    let progress = TestProgress::of(&test.name);
    let result = spawn_local((test.run)(progress)).await.unwrap_or_else(|error| Err(panic_message(error)));
    report(&test.name, began.elapsed(), &result);
    result.is_ok()
}

fn panic_message(error: JoinError) -> Error {
    let payload = match error.try_into_panic() {
        Ok(payload) => payload,
        Err(error) => return error.into(),
    };
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    anyhow::anyhow!("panicked: {}", text.unwrap_or("no message"))
}

fn report(name: &str, time: Duration, result: &Result<Note>) {
    let seconds = time.as_secs_f32();
    match result {
        Ok(note) if note.is_empty() => println!("ok   {seconds:>8.1} s  {name}"),
        Ok(note) => println!("ok   {seconds:>8.1} s  {name}: {note}"),
        Err(error) => {
            println!("FAIL {seconds:>8.1} s  {name}");
            for line in format!("{error:#}").lines() {
                println!("       {line}");
            }
        }
    }
}

#[cfg(test)]
mod tests;
