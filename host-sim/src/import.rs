//! `host-sim import`: our configuration from that of a Postfix.
//!
//! - [`source`], [`files`]: texts, their logical lines, and where they are found;
//! - [`definitions`], [`master`]: what main.cf and master.cf set;
//! - [`parameters`]: what becomes of each parameter, as data;
//! - [`expand`]: `$name` and its relatives;
//! - [`values`]: one value; those of more than a few lines have files of their own: [`access`], [`networks`],
//!   [`reply_map`], [`smtpd_words`], with [`tables`], [`cidr`] and [`addresses`] below them;
//! - [`settings`]: from all definitions to a policy;
//! - [`print`], [`problem`]: what the operator sees.

mod access;
mod addresses;
mod cidr;
mod context;
mod definitions;
mod expand;
mod files;
mod master;
mod networks;
pub mod parameters;
mod print;
mod problem;
mod reply_map;
mod settings;
mod sites;
mod smtpd_words;
mod source;
mod split;
mod tables;
mod values;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use miette::{Result, miette};

use crate::cli;
use addresses::Addresses;
use context::Context;
use definitions::Definitions;
use expand::Expansion;
use files::Files;
pub use problem::Warning;

/// `host-sim import`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ImportArgs {
    /// main.cf, or the output of `postconf -n`; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take the `-o` options of the postscreen service in this file into account
    #[arg(long, value_name = "FILE")]
    pub master_cf: Option<PathBuf>,
    /// Where the files that FILE names are found: a copy of /etc/postfix, or of the whole machine. Without it they are
    /// looked for beside FILE, and then where FILE says
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  host-sim import /etc/postfix/main.cf > postscreen.json
  postconf -n | host-sim import - > postscreen.json
  host-sim import --root copy --master-cf copy/master.cf copy/main.cf

The configuration goes to standard output, with only what differs from our defaults. Each setting that does not carry
over is a warning on standard error, with the reason and what to do in place of it. Exit status: 0 with or without
warnings, 1 when a setting is not valid.";

/// What came of it.
pub struct Imported {
    /// The configuration, checked.
    pub json: String,
    /// What did not carry over.
    pub warnings: Vec<Warning>,
}

/// Reads, warns and prints.
pub fn main(args: &ImportArgs) -> ExitCode {
    match import(args) {
        Ok(imported) => {
            imported.warnings.iter().for_each(|warning| cli::complain(&warning.to_string()));
            cli::print(&imported.json)
        }
        Err(report) => {
            cli::complain(&format!("{report:?}"));
            ExitCode::FAILURE
        }
    }
}

/// Translates a configuration.
pub fn import(args: &ImportArgs) -> Result<Imported> {
    let beside = args.file.parent().unwrap_or(Path::new("")).to_owned();
    let mut files = Files::new(beside, args.root.clone());
    let source = if args.file == Path::new("-") {
        let text = files::text(std::io::stdin().lock());
        files.source("standard input".to_owned(), text.map_err(|why| miette!("standard input: {why}"))?)
    } else {
        files.open(&args.file).map_err(|why| miette!("{why}"))?
    };
    let mut definitions = Definitions::parse(&source).map_err(|mistake| mistake.report())?;
    let mut context = Context { files, warnings: Vec::new(), mynetworks: Addresses::default() };
    if let Some(file) = &args.master_cf {
        let source = context.files.open(file).map_err(|why| miette!("{why}"))?;
        master::override_with(&source, &mut definitions, &mut context).map_err(|mistake| mistake.report())?;
    }
    if let Ok(directory) = Expansion::new(&definitions, &[], "").value("config_directory") {
        context.files.config_directory = directory;
    }
    let policy = settings::policy(&definitions, &source, &mut context).map_err(|mistake| mistake.report())?;
    context.warnings.sort_by_key(Warning::order);
    Ok(Imported { json: print::differences(&policy), warnings: context.warnings })
}
