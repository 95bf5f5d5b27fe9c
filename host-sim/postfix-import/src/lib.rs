//! Our policy from the configuration of a Postfix: [`import`].
//!
//! It knows the engine and no host. What does not carry over becomes a [`Warning`], what is not valid a report that
//! points at its place; all of them are told at once.
//!
//! - [`files`]: where files are found, their logical lines and lists, and places in them;
//! - [`comments`]: comments behind values;
//! - [`definitions`]: what main.cf sets; [`master_cf`]: what master.cf overrides;
//! - [`parameters`]: what becomes of each parameter, as data;
//! - [`expand`]: `$name` and its relatives;
//! - [`values`]: one value; lists of clients have modules of their own: [`access`], [`networks`], with [`tables`],
//!   [`addresses`] and [`slips`] below them;
//! - [`context`]: what readers of values share: settings, files, and what the operator is told;
//! - [`settings`]: from all definitions to a policy;
//! - [`names`]: what is said of names that have no field;
//! - [`advice`], [`tls`]: what there is to say about the policy;
//! - [`mod@print`]: the policy as people write it.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod access;
mod addresses;
mod advice;
mod comments;
mod context;
mod definitions;
mod expand;
mod files;
mod master_cf;
mod names;
mod networks;
pub mod parameters;
mod print;
mod settings;
mod slips;
mod tables;
mod tls;
mod values;

use std::path::{Path, PathBuf};

use miette::{Report, Result, miette};

pub use context::Warning;
use context::{Context, InvalidSetting, MISTAKES_MAX, WARNINGS_MAX};
use definitions::Definitions;
use expand::Expansion;
use files::Files;

/// What to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// main.cf, or the output of `postconf -n`; `-` is standard input.
    pub main_cf: PathBuf,
    /// master.cf, for the `-o` options of its postscreen service, and for who has port 25.
    pub master_cf: Option<PathBuf>,
    /// A copy of /etc/postfix, or of the whole machine, with the files that main.cf names. `None`: they are looked for
    /// beside main.cf, and then where it says.
    pub root: Option<PathBuf>,
}

/// What came of it.
pub struct Imported {
    /// The configuration, checked; or everything that is not valid, in the order of the files.
    pub json: Result<String, Vec<Report>>,
    /// What did not carry over, in the order of the files.
    pub warnings: Vec<Warning>,
}

/// Translates a configuration. It ends early only where main.cf or master.cf cannot be read.
pub fn import(from: &Source) -> Imported {
    translated(from).unwrap_or_else(|why| Imported { json: Err(vec![why]), warnings: Vec::new() })
}

fn translated(from: &Source) -> Result<Imported> {
    let beside = from.main_cf.parent().unwrap_or(Path::new("")).to_owned();
    let mut files = Files::new(beside, from.root.clone());
    let main = if from.main_cf == Path::new("-") {
        let text = files::text(std::io::stdin().lock());
        files.add("standard input".to_owned(), text.map_err(|why| miette!("standard input: {why}"))?)
    } else {
        files.open(&from.main_cf).map_err(|why| miette!("{why}"))?
    };
    let mut context = Context::new(files);
    let mut definitions = Definitions::parse(&main, |mistake| context.mistake(mistake));
    match &from.master_cf {
        Some(file) => {
            let file = context.files.open(file).map_err(|why| miette!("{why}"))?;
            master_cf::read(&file, &mut definitions, &mut context);
        }
        None => master_cf::tell_unread(&context.files.beside("master.cf"), &mut context),
    }
    if let Ok(directory) = Expansion::new(&definitions, &[], "").value("config_directory") {
        context.files.config_directory = directory;
    }
    let policy = settings::policy(&definitions, &main, &mut context);
    context.warnings.sort_by_key(Warning::order);
    context.mistakes.sort_by_key(InvalidSetting::order);
    if context.untold > 0 {
        let more = format!("and {} more that are not told", context.untold);
        context.warnings.push(Warning::without_place(
            &more,
            &format!("At most {WARNINGS_MAX} warnings and {MISTAKES_MAX} mistakes are told."),
            "correct these first",
        ));
    }
    let problems: Vec<_> = context.mistakes.iter().map(InvalidSetting::report).collect();
    let json =
        policy.filter(|_| problems.is_empty()).map(|policy| print::differences(&policy)).ok_or(problems);
    Ok(Imported { json, warnings: context.warnings })
}
