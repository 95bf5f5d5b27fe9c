//! Our policy from the configuration of a Postfix: [`import`].
//!
//! It knows the engine and no host. What does not carry over becomes a [`Warning`], what is not valid a report that
//! points at its place.
//!
//! - [`source`], [`files`]: texts, their logical lines, and where they are found;
//! - [`definitions`], [`master`]: what main.cf and master.cf set;
//! - [`parameters`]: what becomes of each parameter, as data;
//! - [`expand`]: `$name` and its relatives;
//! - [`values`]: one value; those of more than a few lines have files of their own: [`access`], [`networks`],
//!   [`reply_map`], [`smtpd_words`], with [`tables`], [`cidr`] and [`addresses`] below them;
//! - [`settings`]: from all definitions to a policy;
//! - [`print`], [`problem`]: what the operator sees.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

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
mod smtpd_words;
mod source;
mod split;
mod tables;
mod values;

use std::path::{Path, PathBuf};

use miette::{Result, miette};

use addresses::Addresses;
use context::Context;
use definitions::Definitions;
use expand::Expansion;
use files::Files;
pub use problem::Warning;

/// What to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// main.cf, or the output of `postconf -n`; `-` is standard input.
    pub main_cf: PathBuf,
    /// master.cf, for the `-o` options of its postscreen service.
    pub master_cf: Option<PathBuf>,
    /// A copy of /etc/postfix, or of the whole machine, with the files that main.cf names. `None`: they are looked for
    /// beside main.cf, and then where it says.
    pub root: Option<PathBuf>,
}

/// What came of it.
pub struct Imported {
    /// The configuration, checked.
    pub json: String,
    /// What did not carry over.
    pub warnings: Vec<Warning>,
}

/// Translates a configuration.
///
/// # Errors
/// A file that cannot be read, or a setting that is not valid.
pub fn import(from: &Source) -> Result<Imported> {
    let beside = from.main_cf.parent().unwrap_or(Path::new("")).to_owned();
    let mut files = Files::new(beside, from.root.clone());
    let source = if from.main_cf == Path::new("-") {
        let text = files::text(std::io::stdin().lock());
        files.source("standard input".to_owned(), text.map_err(|why| miette!("standard input: {why}"))?)
    } else {
        files.open(&from.main_cf).map_err(|why| miette!("{why}"))?
    };
    let mut definitions = Definitions::parse(&source).map_err(|mistake| mistake.report())?;
    let mut context = Context { files, warnings: Vec::new(), mynetworks: Addresses::default() };
    if let Some(file) = &from.master_cf {
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
