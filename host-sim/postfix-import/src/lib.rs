//! Our policy from the configuration of a Postfix: [`import`].
//!
//! It knows the engine and no host. What does not carry over becomes a [`Warning`], what is not valid a report that
//! points at its place.
//!
//! - [`files`]: where files are found, their logical lines and lists, and places in them;
//! - [`definitions`]: what main.cf and master.cf set;
//! - [`parameters`]: what becomes of each parameter, as data;
//! - [`expand`]: `$name` and its relatives;
//! - [`values`]: one value; lists of clients have modules of their own: [`access`], [`networks`], with [`tables`] and
//!   [`addresses`] below them;
//! - [`context`]: what readers of values share: settings, files, and what the operator is told;
//! - [`settings`]: from all definitions to a policy;
//! - [`lists`]: what there is to say about its DNS lists;
//! - [`mod@print`]: the policy as people write it.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "modules introduce their parts, also to those who read the source"
)]

mod access;
mod addresses;
mod context;
mod definitions;
mod expand;
mod files;
mod lists;
mod networks;
pub mod parameters;
mod print;
mod settings;
mod tables;
mod values;

use std::path::{Path, PathBuf};

use miette::{Result, miette};

use addresses::Addresses;
use context::Context;
pub use context::Warning;
use definitions::Definitions;
use expand::Expansion;
use files::Files;

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
    let main = if from.main_cf == Path::new("-") {
        let text = files::text(std::io::stdin().lock());
        files.add("standard input".to_owned(), text.map_err(|why| miette!("standard input: {why}"))?)
    } else {
        files.open(&from.main_cf).map_err(|why| miette!("{why}"))?
    };
    let mut definitions = Definitions::parse(&main).map_err(|mistake| mistake.report())?;
    let mut context = Context { files, warnings: Vec::new(), mynetworks: Addresses::default() };
    if let Some(file) = &from.master_cf {
        let file = context.files.open(file).map_err(|why| miette!("{why}"))?;
        definitions::override_with(&file, &mut definitions, &mut context)
            .map_err(|mistake| mistake.report())?;
    }
    if let Ok(directory) = Expansion::new(&definitions, &[], "").value("config_directory") {
        context.files.config_directory = directory;
    }
    let policy = settings::policy(&definitions, &main, &mut context).map_err(|mistake| mistake.report())?;
    context.warnings.sort_by_key(Warning::order);
    Ok(Imported { json: print::differences(&policy), warnings: context.warnings })
}
