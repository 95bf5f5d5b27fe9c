//! Plain `cargo test` needs no Wasm compiler and no server. It says what it left out.

use std::env;
use std::fs;
use std::path::Path;

fn main() {
    // `--list` is how other test runners ask for names; there is no test here to name.
    if env::args().any(|argument| argument == "--list") || env::var_os(SUITE_FOLLOWS).is_some() {
        return;
    }
    let scenarios = scenarios(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/scenarios"));
    println!(
        "\nleft out: {scenarios} scenarios, the component, the parity and the Envoy suite: Wasm builds, real servers;"
    );
    println!("          run them with: cargo xtask test\n");
}

/// Set by `cargo xtask test`, which goes on to the rest.
const SUITE_FOLLOWS: &str = "POSTSCREEN_SUITE_FOLLOWS";

/// Stories in a folder and in the folders below it. Links are not followed, so the walk ends.
fn scenarios(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => scenarios(&entry.path()),
            _ => usize::from(entry.path().extension().is_some_and(|extension| extension == "yaml")),
        })
        .sum()
}
