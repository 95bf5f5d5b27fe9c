//! `host-sim replay`: yesterday's clients under another policy, from their records.
//!
//! [`record_replay`] finds, compares and draws; here is the command line.

use std::io::{self as stdio, IsTerminal};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use miette::{IntoDiagnostic, Report, WrapErr, miette};
use postscreen_engine::client_record::ClientRecord;
use record_replay::read::{PROBLEMS_SHOWN_MAX, Problems};
use record_replay::{Comparison, Reading, client, json, page, read, reference, text};

use crate::{io, policy_file};

/// `host-sim replay`
#[derive(Args, Debug)]
#[command(after_help = SHORT_HELP, after_long_help = format!("{HELP}\n\n{}", json::HELP))]
pub struct ReplayArgs {
    /// Logs with records in them; `-` reads standard input, and names in .gz are those of compressed files
    #[arg(value_name = "RECORDS", required = true)]
    records: Vec<PathBuf>,
    /// The policy to try (JSON); without it, what the records hold is summed up
    #[arg(long, value_name = "NEW")]
    config: Option<PathBuf>,
    /// Show the one client whose refusal has this reference in it
    #[arg(long, value_name = "REF", value_parser = reference_number, conflicts_with_all = ["json", "html"])]
    reference: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write a page for a browser as well, one file that loads nothing
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

const SHORT_HELP: &str = "--help says more, with examples.";

const HELP: &str = "\
Examples:
  kubectl logs -n mail deploy/postscreen --since 24h | host-sim replay - --config new.json
      Envoy's access log: how would the clients of the last day fare under this policy?
  host-sim replay /var/log/screen.log.1.gz /var/log/screen.log --config new.json --html replay.html
      The log of `host-sim serve`, and a page to hand around.
  host-sim replay yesterday.log --config new.json --json | jq '.groups[] | {group, clients}'
      For programs.
  host-sim replay yesterday.log
      Who was refused, why, and what the lists were worth: without another policy.
  host-sim replay yesterday.log --reference 7H3K9QTX2M --config new.json
      \"Where is my mail?\": the client whose refusal has this reference in it, and what would become of it.

A record is found anywhere in a line: by itself, behind a time, or in JSON, as an object or as a string in which its
quotes are escaped. Other lines do not disturb. Whatever is wrong with a record is told on standard error with file,
line and column, the first 5 of each kind, and the rest goes on; each client counts once.

What cannot be known from a record is told as a doubt: a list that was not asked, or what a client would have done
later. Such clients are counted as they would most likely fare, and marked.

Exit status: 0 when nobody fares otherwise (or without --config), 1 when somebody does: is served or not, waits more
than a second longer or shorter, or ends as before for another reason. With --reference 0 when it is found, 1 when it is
not. 2 for bad input: a policy that is not valid, a file that cannot be read to its end, or no record at all.";

/// Somebody fares otherwise, or nobody has the reference.
const OTHERWISE: u8 = 1;
/// Of a command line, or a file that it names, which makes no sense; clap uses the same.
const BAD_INPUT: u8 = 2;

/// How often it is said how far it is, where somebody watches.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Reads, compares and shows, or says what is wrong.
pub fn main(args: &ReplayArgs) -> ExitCode {
    run(args).unwrap_or_else(|reports| {
        for report in reports {
            io::complain(&format!("{report:?}"));
        }
        ExitCode::from(BAD_INPUT)
    })
}

fn run(args: &ReplayArgs) -> Result<ExitCode, Vec<Report>> {
    let policy = args.config.as_deref().map(policy_file::read).transpose()?;
    let mut comparison = Comparison::new(policy.map(|file| Arc::new(file.policy)));
    let mut reading = Reading::default();
    let mut wanted = None;
    let whole = read_all(&args.records, &mut reading, |record| {
        if args.reference.is_none() {
            comparison.add(&record);
        } else if reference::number(&record.reference) == args.reference {
            wanted = Some(record);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    tell(&reading.problems);
    if args.reference.is_some() {
        return Ok(found(wanted.as_ref(), &comparison, whole));
    }
    if reading.records == 0 {
        let lines = reading.lines;
        return Err(vec![miette!("no record in {lines} lines: is record_enable on in the policy?")]);
    }
    if let Some(file) = &args.html {
        std::fs::write(file, page::page(&comparison, &reading))
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot write {}", file.display()))
            .map_err(|report| vec![report])?;
    }
    let shown = if args.json {
        format!("{:#}\n", json::json(&comparison, &reading))
    } else {
        text::text(&comparison, &reading)
    };
    let printed = io::print(&shown);
    Ok(if !whole || printed != ExitCode::SUCCESS {
        ExitCode::from(BAD_INPUT)
    } else {
        ExitCode::from(if comparison.otherwise() > 0 { OTHERWISE } else { 0 })
    })
}

/// The client of a reference, whole.
fn found(record: Option<&ClientRecord>, comparison: &Comparison, whole: bool) -> ExitCode {
    let Some(record) = record else {
        io::complain("no record has this reference");
        return ExitCode::from(if whole { OTHERWISE } else { BAD_INPUT });
    };
    io::print(&client::client(record, comparison.replayed(record).as_ref()))
}

/// Reads file after file, and whether all of them could be read to the end.
fn read_all(
    files: &[PathBuf],
    reading: &mut Reading,
    mut each: impl FnMut(ClientRecord) -> ControlFlow<()>,
) -> bool {
    let mut whole = true;
    let mut progress = Progress::new();
    for file in files {
        let name = if file == Path::new("-") { "standard input".into() } else { file.to_string_lossy() };
        let input = match read::open(file) {
            Ok(input) => input,
            Err(error) => {
                io::complain(&format!("cannot read {name}: {error}"));
                whole = false;
                continue;
            }
        };
        let mut lines = reading.lines(&name, input);
        loop {
            match lines.next_line() {
                Ok(Some(records)) => {
                    if records.into_iter().try_for_each(&mut each).is_break() {
                        return whole;
                    }
                }
                Ok(None) => break,
                // It is told with the other problems.
                Err(_) => {
                    whole = false;
                    break;
                }
            }
            progress.say(lines.reading());
        }
    }
    whole
}

/// What was wrong with records: the first ones of each kind, and how many more.
fn tell(problems: &Problems) {
    for problem in problems.shown() {
        io::complain(&problem.to_string());
    }
    for (kind, count) in problems.counts() {
        let more = count.saturating_sub(PROBLEMS_SHOWN_MAX as u64);
        if more > 0 {
            io::complain(&format!("{kind}: {more} more times"));
        }
    }
}

fn reference_number(text: &str) -> Result<u64, String> {
    let expected = "expected ten digits and letters, such as 7H3K9QTX2M";
    reference::number(text).ok_or_else(|| expected.to_owned())
}

/// How far it is, on standard error, if that is a terminal.
struct Progress {
    next: Option<Instant>,
}

impl Progress {
    fn new() -> Self {
        Self { next: stdio::stderr().is_terminal().then(|| Instant::now() + PROGRESS_INTERVAL) }
    }

    fn say(&mut self, reading: &Reading) {
        // The clock is cheap, but not as cheap as a line.
        if !reading.lines.is_multiple_of(256) || self.next.is_none_or(|next| Instant::now() < next) {
            return;
        }
        io::complain(&format!("{} lines, {} records", reading.lines, reading.records));
        self.next = Some(Instant::now() + PROGRESS_INTERVAL);
    }
}

#[cfg(test)]
mod tests;
