//! The stories that every host plays, as tests that compare two hosts.

use std::num::NonZeroUsize;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Result, ensure};
use envoy_suite::fixture::EnvoyFiles;
use envoy_suite::play::{TOLERANCE, WORKERS, play};
use envoy_suite::runner::SuiteTest;
use postscreen_engine::metric::can_wait;
use postscreen_scenario::{Backend, Difference, HostKind, Scenario, Transcript, check};
use real_player::{REAL_TIME_MAX, Story, find, length};
use virtual_player::{Player, Screener};

use crate::cli::NameFilter;

/// What plays the stories.
pub(crate) struct Hosts {
    pub(crate) envoy: EnvoyFiles,
    pub(crate) screener: Screener,
}

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
    pub(crate) fn tests(&self, hosts: &Rc<Hosts>, chosen: NameFilter<'_>) -> Vec<SuiteTest> {
        self.playable.iter().filter(|story| chosen(&story.name)).map(|story| test(story, hosts)).collect()
    }
}

fn test_name(story: &str) -> String {
    format!("scenario {story}")
}

fn test(story: &Story, hosts: &Rc<Hosts>) -> SuiteTest {
    let (hosts, scenario) = (Rc::clone(hosts), Rc::clone(&story.scenario));
    SuiteTest::new(story.name.as_str(), async move |_| {
        let mut real = play(&hosts.envoy, &scenario).await?;
        let workers = NonZeroUsize::try_from(WORKERS)?;
        let mut simulated = Player::new(&hosts.screener).workers(workers).play(&scenario).transcript;
        // The story itself first: what both hosts do wrong is wrong.
        let mut differences = check(&scenario, &real, TOLERANCE);
        forget_who_was_first(&mut real);
        forget_who_was_first(&mut simulated);
        // Of a histogram Envoy shows no plain number.
        simulated.metrics.retain(|name, _| !name.ends_with("_milliseconds") && !can_wait(name));
        if questions_depend_on_workers(&scenario) {
            simulated
                .metrics
                .retain(|name, _| !name.contains("postscreen_dns_") && !name.contains("postscreen_list_"));
        }
        differences.extend(check(&as_seen(&scenario, simulated), &real, TOLERANCE));
        differences.dedup();
        ensure!(differences.is_empty(), "{}", lines(&differences));
        Ok(String::new())
    })
}

/// The story as the simulated host saw it: it leaves nothing open. Its words for a refusal are its own.
fn as_seen(story: &Scenario, simulated: Transcript) -> Scenario {
    Scenario {
        log: Some(simulated.log),
        backend: Some(Backend::Sessions(simulated.backend)),
        metrics: simulated.metrics,
        refused: simulated.refused.map(|_| story.refused.clone().unwrap_or_default()),
        ..story.clone()
    }
}

/// Of clients for whom something happens at the same time any may be the first, unless the story says which.
fn forget_who_was_first(transcript: &mut Transcript) {
    transcript.backend.sort_unstable();
    for line in &mut transcript.log {
        if let Some(kind) = failed_lookup(line).or_else(|| stress(line)) {
            *line = kind;
        }
    }
}

/// Lists are asked once for an address by each worker, and each host chooses a worker in its own way: where a client
/// comes back and the story does not say to which worker, it may or may not find the answers of its first visit.
fn questions_depend_on_workers(story: &Scenario) -> bool {
    let free = || story.clients.values().filter(|client| client.worker.is_none());
    free().any(|client| story.clients.values().filter(|other| other.from == client.from).nth(1).is_some())
}

/// A line about a failed question, without the client and the reason: of questions about one list that fail at the same
/// time, the module logs the first, and any may be that.
fn failed_lookup(line: &str) -> Option<String> {
    let (warning, question) = line.split_once("lookup error for ")?;
    let (_client, place) = question.split_once(" at ")?;
    let (place, _reason) = place.split_once(": ")?;
    Some(format!("{warning}lookup error at {place}"))
}

/// A line about stress, without the number of connections: where several clients go at the same time, it depends on
/// which worker has whom how many are left when the first worker counts.
fn stress(line: &str) -> Option<String> {
    let (mode, connections) = line.split_once(" STRESS mode with ")?;
    connections.ends_with(" connections").then(|| format!("{mode} STRESS mode"))
}

fn lines(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
