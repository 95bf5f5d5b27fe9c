//! `host-sim import`, from the command line: samples with what they become, presets, and the table in the documents.
//!
//! `UPDATE=1 cargo test -p host-sim --test import` writes all of them.

mod document;
mod golden;
mod presets;
mod samples;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `host-sim import` in a directory of samples, without colours.
fn import(directory: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_host-sim"))
        .arg("import")
        .args(arguments)
        .current_dir(samples().join(directory))
        .env("NO_COLOR", "1")
        .output()
        .expect("host-sim runs")
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")
}

fn tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the output is text")
}
