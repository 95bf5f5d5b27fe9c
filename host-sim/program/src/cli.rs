//! The command line.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use postscreen_engine::Policy;
use postscreen_engine::client_record::ClientRecord;

use crate::check::{self, CheckArgs};
use crate::diff::{self, DiffArgs};
use crate::explain::{self, ExplainArgs};
use crate::import::{self, ImportArgs};
use crate::io;
use crate::replay::{self, ReplayArgs};
use crate::run::{self, REPORT_HELP, RUN_HELP, ReportArgs, RunArgs};
use crate::serve::{self, ServeArgs};

/// What the program is for, at the end of its help.
const EXAMPLES: &str = "\
Examples:
  host-sim run tests/scenarios              play every story
  host-sim run --workers 2 STORY.yaml       one story, its clients spread over two workers
  host-sim run --timeline STORY.yaml        one story, drawn: who said what, and when
  host-sim report tests/scenarios           all of them as one HTML page, report.html
  host-sim run --abi component STORY.yaml   the same engine as a WIT component
  host-sim serve                            screen real connections, with everything built in
  host-sim import /etc/postfix/main.cf      the module's configuration from that of a Postfix
  host-sim check FILE                       is a configuration valid, and what is worth a second look
  host-sim diff OLD NEW                     what changed between two configurations, in words
  host-sim explain ADDRESS --config FILE    what would happen to one client, and why
  host-sim replay RECORDS --config FILE     how yesterday's clients would fare under it
  host-sim schema > postscreen.schema.json  for the editor in which you write the configuration
  host-sim schema --record                  what a client's record has

Build the module first, with `cargo xtask wasm`. Each command tells more with --help.";

#[derive(Parser)]
#[command(name = "host-sim", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play stories about mail clients in virtual time, and check what every side saw
    #[command(after_help = RUN_HELP)]
    Run(RunArgs),
    /// Play stories about mail clients and draw what happened, as one HTML page
    #[command(after_help = REPORT_HELP)]
    Report(ReportArgs),
    /// Screen real clients on a socket
    Serve(Box<ServeArgs>),
    /// Write the module's configuration from a Postfix's main.cf
    Import(ImportArgs),
    /// Tell whether a configuration is valid, and which of its entries harm their owner
    Check(CheckArgs),
    /// Tell in words what changed between two configurations
    Diff(DiffArgs),
    /// Tell what would happen to one client, and why
    Explain(ExplainArgs),
    /// Tell how the clients of yesterday would fare under another policy, from their records
    Replay(ReplayArgs),
    /// Print the JSON Schema of the module's configuration
    Schema(SchemaArgs),
}

#[derive(Args)]
struct SchemaArgs {
    /// That of a client's record
    #[arg(long)]
    record: bool,
}

/// The whole program.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(args) => run::main(args),
        Command::Report(args) => run::report(&args),
        Command::Serve(args) => serve::main(&args),
        Command::Import(args) => import::main(args),
        Command::Check(args) => check::main(&args),
        Command::Diff(args) => diff::main(&args),
        Command::Explain(args) => explain::main(&args),
        Command::Replay(args) => replay::main(&args),
        Command::Schema(args) => io::print(&format!("{:#}\n", args.schema())),
    }
}

impl SchemaArgs {
    fn schema(&self) -> serde_json::Value {
        if self.record { ClientRecord::json_schema() } else { Policy::json_schema() }
    }
}
