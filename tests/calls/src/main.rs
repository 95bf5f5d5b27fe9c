//! `calls-suite`: what does one client cost? Run by `cargo xtask test calls`.
//!
//! Most of a client's price in Envoy is in the calls between module and host, not in the module's own code. So they are
//! counted by name, for three kinds of clients, and compared with tests/calls/host-calls.txt: a call more shows as a
//! line of a diff, and a call less as well. With `UPDATE=1` in the environment the file is written in place of that.
//!
//! Calls are the same on every machine. Time is not, and decides nothing here.

mod cases;
mod count;
mod golden;
mod shell;
mod table;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use cases::CASES;
use host_sim::Module;
use shell::CHECKS;
use table::Column;

/// What is counted, seen from the root of the tree.
const MODULE: &str = "target/wasm/postscreen.wasm";

/// What is expected.
const GOLDEN: &str = "tests/calls/host-calls.txt";

fn main() -> ExitCode {
    let module = match Module::metered_from_file(MODULE.as_ref()) {
        Ok(module) => module,
        Err(error) => {
            println!("FAILED  {error:#}\n0 passed, 1 failed");
            return ExitCode::FAILURE;
        }
    };
    let mut failed = 0;
    let mut report = |name: &str, result: Result<()>| match result {
        Ok(()) => println!("ok      {name}"),
        Err(error) => {
            failed += 1;
            println!("FAILED  {name}\n        {error:#}");
        }
    };
    report(&format!("{} clients make the calls that {GOLDEN} has", CASES.len()), calls(&module));
    CHECKS.into_iter().for_each(|(name, check)| report(name, check(&module)));
    println!("{} passed, {failed} failed", 1 + CHECKS.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn calls(module: &Module) -> Result<()> {
    let columns: Vec<_> =
        CASES.iter().map(|case| Column { name: case.name, tally: case.count(module) }).collect();
    golden::check(Path::new(GOLDEN), &columns)
}
