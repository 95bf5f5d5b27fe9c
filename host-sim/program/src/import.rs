//! `host-sim import`: our configuration from that of a Postfix.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use postfix_import::{Source, import};

use crate::io;

/// `host-sim import`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ImportArgs {
    /// main.cf, or the output of `postconf -n`; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Take the `-o` options of the postscreen service in this file into account, and look who has port 25 today
    #[arg(long, value_name = "FILE")]
    master_cf: Option<PathBuf>,
    /// Where the files that FILE names are found: a copy of /etc/postfix, or of the whole machine. Without it they are
    /// looked for beside FILE, and then where FILE says
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  host-sim import /etc/postfix/main.cf > postscreen.json
  postconf -n | host-sim import - > postscreen.json
  host-sim import --root copy --master-cf copy/master.cf copy/main.cf

The configuration goes to standard output, with only what differs from our defaults. Each setting that does not carry
over, and whatever harms its owner, is a warning on standard error, with the reason and what to do in place of it. What
is not valid comes behind the warnings, all of it, each at its place. Exit status: 0 with or without warnings, 1 when a
setting is not valid; then nothing is written.";

/// Reads, warns and prints.
pub fn main(args: ImportArgs) -> ExitCode {
    let imported = import(&Source { main_cf: args.file, master_cf: args.master_cf, root: args.root });
    imported.warnings.iter().for_each(|warning| io::complain(&warning.to_string()));
    match imported.json {
        Ok(json) => io::print(&json),
        Err(problems) => {
            for problem in &problems {
                io::complain(&format!("{problem:?}"));
            }
            ExitCode::FAILURE
        }
    }
}
