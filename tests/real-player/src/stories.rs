//! The stories of a folder, and how long they take where time is real.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use postscreen_scenario::{Scenario, Start, Step, parse_file};

/// How deep folders of stories may be nested.
pub const DEPTH_MAX: usize = 8;

/// Longer stories are for virtual time.
pub const REAL_TIME_MAX: Duration = Duration::from_mins(1);

/// A story and its name.
#[derive(Clone, Debug)]
pub struct Story {
    /// Its file's path below the folder, without the extension.
    pub name: String,
    /// What it tells.
    pub scenario: Rc<Scenario>,
}

/// Reads every `*.yaml` below `folder` whose name is chosen, in the order of their names.
///
/// # Errors
///
/// When the folder cannot be read or has no such file, and when a chosen file is no story.
pub fn find(folder: &Path, chosen: impl Fn(&str) -> bool) -> Result<Vec<Story>> {
    let mut files = Vec::new();
    collect(folder, DEPTH_MAX, &mut files)?;
    files.sort();
    ensure!(!files.is_empty(), "there is no scenario (*.yaml) below {}", folder.display());
    let mut stories = Vec::new();
    for file in files {
        let name = file.strip_prefix(folder)?.with_extension("").display().to_string();
        if chosen(&name) {
            let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let scenario = parse_file(&file.display().to_string(), &bytes);
            let scenario =
                Rc::new(scenario.map_err(|mistake| anyhow!("no story:\n{}", mistake.report(false)))?);
            stories.push(Story { name, scenario });
        }
    }
    Ok(stories)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("no folder of scenarios at {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

/// The least time that a story takes: what its clients wait by their scripts. What they wait for comes on top.
pub fn length(scenario: &Scenario) -> Duration {
    let mut ends = BTreeMap::new();
    scenario.clients.keys().map(|name| end(scenario, name, &mut ends)).max().unwrap_or_default()
}

/// When the script of a client has ended at the earliest. The parser has excluded circles.
fn end<'a>(scenario: &'a Scenario, name: &'a str, ends: &mut BTreeMap<&'a str, Duration>) -> Duration {
    if let Some(known) = ends.get(name) {
        return *known;
    }
    let Some(client) = scenario.clients.get(name) else { return Duration::ZERO };
    let start = match &client.start {
        Start::At(time) => *time,
        Start::After { client, wait } => end(scenario, client, ends) + *wait,
    };
    let steps = client.script.iter().fold(Duration::ZERO, |passed, step| match step {
        Step::Wait(time) | Step::Silence(time) => passed + *time,
        Step::Elapsed(time) => passed.max(*time),
        _ => passed,
    });
    let end = start + steps;
    ends.insert(name, end);
    end
}

#[cfg(test)]
mod tests;
