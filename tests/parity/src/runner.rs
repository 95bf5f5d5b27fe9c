//! Plays many stories at once, and the doubtful ones again.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use anyhow::Result;
use postscreen_scenario::Transcript;
use real_player::Story;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::postscreen::Postscreen;
use crate::verdict::{Deltas, StoryResult, StoryVerdict, differences, progress};

/// Stories of the second try that are played at the same time: few, because clients can be late on a busy machine.
const DOUBTFUL_AT_ONCE: usize = 4;

/// A host of stories. Others than the oracle can stand beside it.
pub(crate) trait StoryHost {
    /// Plays a story to its end and says what everybody saw. Some of it appears late: the host goes on collecting until
    /// `settled` is content, or until nothing more can be expected.
    ///
    /// An error says that the host is broken, not that the story went another way.
    async fn play(&self, story: &Story, settled: impl Fn(&Transcript) -> bool) -> Result<Transcript>;
}

/// Plays all stories, and those that went wrong once more, a few at a time: what is wrong is wrong again. The outcomes
/// are in the order of the stories.
pub(crate) async fn run(
    stories: &[Story],
    deltas: &Deltas,
    at_once: usize,
    keep: bool,
) -> Result<Vec<StoryResult>> {
    let mut outcomes = play(stories, deltas, at_once, keep).await?;
    let doubtful: Vec<Story> = outcomes
        .iter()
        .zip(stories)
        .filter(|(outcome, _)| !outcome.verdict.is_good())
        .map(|(_, story)| story.clone())
        .collect();
    if doubtful.is_empty() {
        return Ok(outcomes);
    }
    println!("{} went another way; once more, {DOUBTFUL_AT_ONCE} at a time:", doubtful.len());
    let again = play(&doubtful, deltas, DOUBTFUL_AT_ONCE, keep).await?;
    let good = again.iter().filter(|outcome| outcome.verdict.is_good()).count();
    println!("{good} of {} were right at the second try", doubtful.len());
    let mut again = again.into_iter();
    for outcome in outcomes.iter_mut().filter(|outcome| !outcome.verdict.is_good()) {
        if let Some(second) = again.next() {
            *outcome = second;
        }
    }
    Ok(outcomes)
}

/// Plays each story once, before a postscreen of its own.
async fn play(stories: &[Story], deltas: &Deltas, at_once: usize, keep: bool) -> Result<Vec<StoryResult>> {
    let host = Rc::new(Postscreen::start(stories, keep).await?);
    let waiting: VecDeque<(usize, Story)> = stories.iter().cloned().enumerate().collect();
    let waiting = Rc::new(RefCell::new(waiting));
    let mut players = JoinSet::new();
    for _ in 0..at_once.min(stories.len()) {
        let (host, waiting, deltas) = (Rc::clone(&host), Rc::clone(&waiting), deltas.clone());
        players.spawn_local(async move {
            let mut played = Vec::new();
            loop {
                let next = waiting.borrow_mut().pop_front();
                let Some((index, story)) = next else { return played };
                let outcome = play_one(&*host, &story, &deltas).await;
                println!("{}", progress(&outcome));
                played.push((index, outcome));
            }
        });
    }
    let mut played = Vec::new();
    while let Some(some) = players.join_next().await {
        played.extend(some?);
    }
    played.sort_unstable_by_key(|(index, _)| *index);
    if let Some(host) = Rc::into_inner(host) {
        host.stop().await?;
    }
    Ok(played.into_iter().map(|(_, outcome)| outcome).collect())
}

async fn play_one(host: &impl StoryHost, story: &Story, deltas: &Deltas) -> StoryResult {
    let began = Instant::now();
    let settled = |transcript: &_| differences(&story.scenario, transcript).is_empty();
    let (verdict, teasers) = match host.play(story, settled).await {
        Ok(transcript) => (StoryVerdict::of(&story.scenario, &transcript, deltas), transcript.teasers),
        Err(error) => (StoryVerdict::Broken(format!("{error:#}")), BTreeMap::new()),
    };
    StoryResult { name: story.name.clone(), verdict, time: began.elapsed(), teasers }
}
