//! `calls-suite`: what does one client cost? Run by `cargo xtask test calls`.
//!
//! Most of a client's price in Envoy is in the calls between module and host, not in the module's own code. So they are
//! counted by name, for three kinds of clients, and compared with tests/calls/host-calls.txt: a call more shows as a
//! line of a diff, and a call less as well. With `UPDATE=1` in the environment the file is written in place of that.
//! And of what many workers share, none may be written for every client.
//!
//! Calls are the same on every machine. Time is not, and decides nothing here.

mod cases;
mod count;
mod shared;
mod shell;
mod table;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use envoy_sim::Module;

use cases::CASES;
use table::Column;

/// What is counted, seen from the root of the tree.
const MODULE: &str = "target/wasm/postscreen.wasm";

/// What is expected.
const GOLDEN: &str = "tests/calls/host-calls.txt";

/// The most calls that each of [`CASES`] may make, in their order, whatever the file says. Where 43, 110 and 26 were
/// made, the clock alone was read 12, 28 and 4 times, and one client was written under three keys. A record is
/// one more, and the clock is read with each list's answer. The last is no client: a check of ten lists, four questions
/// each.
const CEILING: [u64; CASES.len()] = [30, 31, 55, 65, 17, 130];

/// What is tested of a module. It says what it has found.
type TestFn = fn(&Module) -> Result<String>;

const TESTS: [(&str, TestFn); 7] = [
    ("each client makes the calls that are expected", calls),
    ("no client makes more calls than it may", ceiling),
    ("no key that all workers share is written for every client", shared::check),
    ("a client whose speaker cannot be chosen is closed, and never sent on", shell::no_speaker),
    ("a mail server that ends without a word has not answered", shell::mute_mail_server),
    ("the clients of a machine that trapped are not held for ever", shell::trapped_machine),
    ("the longest access list is read with what a call may use", shell::longest_access_list),
];

fn main() -> ExitCode {
    let module = match Module::metered_from_file(MODULE.as_ref()).context("cargo xtask wasm builds it") {
        Ok(module) => module,
        Err(error) => {
            println!("FAILED  {error:#}\n0 passed, {} failed", TESTS.len());
            return ExitCode::FAILURE;
        }
    };
    let mut failed = 0;
    for (name, test) in TESTS {
        match test(&module) {
            Ok(found) => println!("ok      {name}\n        {found}"),
            Err(error) => {
                failed += 1;
                println!("FAILED  {name}\n        {error:#}");
            }
        }
    }
    println!("{} passed, {failed} failed", TESTS.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn calls(module: &Module) -> Result<String> {
    let columns = count(module);
    table::check(Path::new(GOLDEN), &columns)?;
    let totals = columns.iter().map(|column| format!("{}: {}", column.name, column.tally.total()));
    Ok(totals.collect::<Vec<_>>().join("; "))
}

fn ceiling(module: &Module) -> Result<String> {
    let found = count(module).iter().map(|column| column.tally.total()).collect::<Vec<_>>();
    ensure!(
        found.iter().zip(CEILING).all(|(found, most)| *found <= most),
        "{found:?} calls: expected {CEILING:?} at most"
    );
    Ok(format!("{found:?} of {CEILING:?}"))
}

fn count(module: &Module) -> Vec<Column> {
    CASES.iter().map(|case| Column { name: case.name, tally: case.count(module) }).collect()
}
