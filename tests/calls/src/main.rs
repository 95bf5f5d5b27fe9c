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
mod table;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use cases::CASES;
use host_sim::Module;
use table::Column;

/// What is counted, seen from the root of the tree.
const MODULE: &str = "target/wasm/postscreen.wasm";

/// What is expected.
const GOLDEN: &str = "tests/calls/host-calls.txt";

fn main() -> ExitCode {
    match run() {
        Ok(()) => {
            println!("ok      {} clients make the calls that {GOLDEN} has", CASES.len());
            println!("1 passed, 0 failed");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("FAILED  {error:#}");
            println!("0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let module = Module::metered_from_file(MODULE.as_ref())?;
    let columns: Vec<_> =
        CASES.iter().map(|case| Column { name: case.name, tally: case.count(&module) }).collect();
    golden::check(Path::new(GOLDEN), &columns)
}
