//! A policy in a file, and all that is wrong with it in place of the first problem.

use std::path::Path;

use miette::{IntoDiagnostic, Report, Result, WrapErr};
use postscreen_engine::Policy;

use crate::layout::Layout;
use crate::{io, refusal};

/// The most problems that are told, beside the first: whoever has more has another file in mind.
const PROBLEMS_MAX: usize = 100;

/// A policy that is valid.
pub(crate) struct PolicyFile {
    /// What to call the file.
    pub name: String,
    pub text: String,
    pub policy: Policy,
}

/// Reads a policy; `-` is standard input. What is wrong with it, or why it cannot be read, is pointed at.
pub(crate) fn read(file: &Path) -> Result<PolicyFile, Vec<Report>> {
    let (name, text) = text(file).map_err(|report| vec![report])?;
    match Policy::parse(text.as_bytes()) {
        Ok(policy) => Ok(PolicyFile { name, text, policy }),
        Err(first) => {
            let problems = problems(&text, &first.to_string());
            Err(problems.iter().map(|problem| refusal::pointed(problem, &name, &text)).collect())
        }
    }
}

/// What to call the file, and its text.
fn text(file: &Path) -> Result<(String, String)> {
    if file != Path::new("-") {
        return Ok((file.display().to_string(), io::read(file)?));
    }
    let name = "standard input";
    let text = std::io::read_to_string(std::io::stdin()).into_diagnostic();
    Ok((name.to_owned(), text.wrap_err_with(|| format!("cannot read {name}"))?))
}

/// All that is wrong, in the engine's words, up to [`PROBLEMS_MAX`]. It stops at the `first` problem, so each field,
/// and then each entry, is shown to it alone.
fn problems(text: &str, first: &str) -> Vec<String> {
    let layout = Layout::of(text);
    let of_fields = layout.fields().filter_map(|field| {
        let problem = field.problem()?;
        let entries: Vec<_> = field.problems_of_entries().take(PROBLEMS_MAX).collect();
        Some(if entries.is_empty() { vec![problem] } else { entries })
    });
    let mut all: Vec<_> = of_fields.flatten().take(PROBLEMS_MAX).collect();
    // That of no field: a comma too many, or two fields that do not fit.
    if !all.iter().any(|problem| problem == first) {
        all.insert(0, first.to_owned());
    }
    all
}

#[cfg(test)]
mod tests;
