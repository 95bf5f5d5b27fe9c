//! The stories that every host plays, as tests that compare two hosts.

use std::path::Path;
use std::rc::Rc;

use anyhow::{Result, bail};
use envoy_suite::fixture::Program;
use envoy_suite::play::{TOLERANCE, play};
use envoy_suite::runner::Test;
use postscreen_player::{REAL_TIME_MAX, Story, find, length};
use postscreen_scenario::{HostKind, check};

use crate::cli::Chosen;

/// The stories of a folder.
#[derive(Debug, Default)]
pub(crate) struct Stories {
    /// Those that can be played in real time.
    playable: Vec<Story>,
    /// Those that take too long, by name: they are for virtual time.
    pub(crate) too_long: Vec<String>,
    /// Those that are not for Envoy, by name, and why.
    pub(crate) elsewhere: Vec<(String, String)>,
}

// === impl Stories ===

impl Stories {
    /// Reads every `*.yaml` below `directory` whose name contains `filter`; an error if a file is no story.
    pub(crate) fn read(directory: &Path, filter: impl Fn(&str) -> bool) -> Result<Self> {
        let mut stories = Self::default();
        for mut story in find(directory, |name| filter(&test_name(name)))? {
            story.name = test_name(&story.name);
            if let Some(why) = story.scenario.left_out_by(HostKind::Envoy) {
                stories.elsewhere.push((story.name, why));
            } else if length(&story.scenario) > REAL_TIME_MAX {
                stories.too_long.push(story.name);
            } else {
                stories.playable.push(story);
            }
        }
        Ok(stories)
    }

    /// The names of those that can be played in real time.
    pub(crate) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.playable.iter().map(|story| story.name.as_str())
    }

    /// Tests that play the stories whose names are chosen.
    pub(crate) fn tests(&self, program: &Rc<Program>, chosen: Chosen<'_>) -> Vec<Test> {
        self.playable.iter().filter(|story| chosen(&story.name)).map(|story| test(story, program)).collect()
    }
}

fn test_name(story: &str) -> String {
    format!("scenario {story}")
}

fn test(story: &Story, program: &Rc<Program>) -> Test {
    let (program, scenario) = (Rc::clone(program), Rc::clone(&story.scenario));
    Test::new(story.name.as_str(), async move |_| {
        let transcript = play(&program, &scenario).await?;
        let differences = check(&scenario, &transcript, TOLERANCE);
        if !differences.is_empty() {
            bail!("{}", differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
        Ok(String::new())
    })
}

#[cfg(test)]
mod tests;
