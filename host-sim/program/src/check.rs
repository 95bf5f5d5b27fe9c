//! `host-sim check`: what is wrong with a configuration, and what is worth a second look.
//!
//! The engine decides both; here is where it stands in the text ([`layout`](crate::layout)).

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use postscreen_engine::advice::{Advice, advice};

use crate::io;
use crate::layout::Layout;
use crate::policy_file::{self, PolicyFile};

/// `host-sim check`
#[derive(Args, Debug)]
#[command(after_long_help = HELP)]
pub struct CheckArgs {
    /// The module's configuration (JSON); `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

const HELP: &str = "\
Examples:
  host-sim check policy.json
      Before you load it, and in CI: is it valid, and does it have entries that harm their owner?
  host-sim import /etc/postfix/main.cf | host-sim check -
      The configuration of a Postfix.

Advice, on standard output, is about
  - lists of domains or URLs in dnsbl_sites: they know no clients;
  - lists that have closed;
  - allowlists (a negative weight) without a filter, or with one that takes what lists answer when they do not and
    dnsbl_error_replies does not leave out;
  - names of lists with a key in them (16 or more letters and digits) and no name for it in dnsbl_reply_map;
  - actions of tests that are off, and act on nobody;
  - deep tests, which defer every new client and have no TLS.
Each says which entry or field, why, and what to write in place of it, with KEY for a key.

Problems, on standard error, are what makes the configuration invalid: the first one of each field, or of each entry.

Exit status: 0 when there is nothing to say, 1 when the configuration is not valid or cannot be read, 2 for a wrong
command line, 3 when it is valid and there is advice.";

/// Of a configuration that is valid and has advice to it.
const ADVISED: u8 = 3;

/// Reads, and tells.
pub fn main(args: &CheckArgs) -> ExitCode {
    let PolicyFile { name, text, policy } = match policy_file::read(&args.file) {
        Ok(read) => read,
        Err(problems) => {
            for problem in problems {
                io::complain(&format!("{problem:?}"));
            }
            return ExitCode::FAILURE;
        }
    };
    match advice(&policy).as_slice() {
        [] => io::print(&format!("{name}: valid, and nothing to advise\n")),
        advice if io::print(&shown(advice, &name, &text)) == ExitCode::SUCCESS => ExitCode::from(ADVISED),
        _ => ExitCode::FAILURE,
    }
}

fn shown(advice: &[Advice], name: &str, text: &str) -> String {
    let layout = Layout::of(text);
    advice.iter().fold(String::new(), |mut shown, advice| {
        let line = layout.line(advice.field, advice.index).map(|line| format!(":{line}")).unwrap_or_default();
        let _ = writeln!(
            shown,
            "advice: {name}{line}: {advice}\n    why: {}\n    do: {}",
            advice.why, advice.instead
        );
        shown
    })
}

#[cfg(test)]
mod tests;
