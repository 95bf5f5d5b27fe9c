//! The stories that every host plays, as tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, Result, ensure};
use postscreen_scenario::{Scenario, parse};

use crate::fixture::Program;
use crate::play::{REAL_TIME_MAX, length, play};
use crate::runner::Test;

/// How deep folders of stories may be nested.
const DEPTH_MAX: usize = 8;

/// The stories of a folder.
#[derive(Debug, Default)]
pub(crate) struct Stories {
    /// Those that can be played in real time.
    playable: Vec<Story>,
    /// Those that take too long, by name: they are for virtual time.
    pub(crate) too_long: Vec<String>,
}

#[derive(Debug)]
struct Story {
    name: String,
    scenario: Rc<Scenario>,
}

// === impl Stories ===

impl Stories {
    /// Reads every `*.yaml` below `directory` whose name contains `filter`; an error if a file is no story.
    pub(crate) fn read(directory: &Path, filter: impl Fn(&str) -> bool) -> Result<Self> {
        let mut files = Vec::new();
        collect(directory, DEPTH_MAX, &mut files)?;
        files.sort();
        ensure!(!files.is_empty(), "there is no scenario (*.yaml) below {}", directory.display());
        let mut stories = Self::default();
        for file in files {
            let name = format!("scenario {}", file.strip_prefix(directory)?.with_extension("").display());
            if !filter(&name) {
                continue;
            }
            let text =
                fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let scenario = parse(&file.display().to_string(), &text)?;
            if length(&scenario) > REAL_TIME_MAX {
                stories.too_long.push(name);
            } else {
                stories.playable.push(Story { name, scenario: Rc::new(scenario) });
            }
        }
        Ok(stories)
    }

    /// The names of those that can be played in real time.
    pub(crate) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.playable.iter().map(|story| story.name.as_str())
    }

    /// Tests that play the stories whose names are chosen.
    pub(crate) fn tests(&self, program: &Rc<Program>, chosen: impl Fn(&str) -> bool) -> Vec<Test> {
        self.playable.iter().filter(|story| chosen(&story.name)).map(|story| story.test(program)).collect()
    }
}

// === impl Story ===

impl Story {
    fn test(&self, program: &Rc<Program>) -> Test {
        let (program, scenario) = (Rc::clone(program), Rc::clone(&self.scenario));
        Test::new(self.name.as_str(), async move |_| {
            play(&program, &scenario).await?;
            Ok(String::new())
        })
    }
}

fn collect(directory: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(directory)
        .with_context(|| format!("no folder of scenarios at {}", directory.display()))?;
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

#[cfg(test)]
mod tests;
