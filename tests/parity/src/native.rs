//! The engine, driven directly in virtual time: the host that can do everything that the engine wants, the teaser
//! included.

use std::collections::BTreeMap;
use std::time::Instant;

use postscreen_scenario::{Client, Difference, Scenario, Step};
use real_player::Story;
use virtual_player::{Player, Screener};

use crate::additions;
use crate::verdict::{StoryResult, StoryVerdict};

/// Plays stories on the engine.
pub(crate) fn player() -> Player<'static> {
    Player::new(&Screener::Native)
}

/// Where the engine differs from the story, and from the teasers that the oracle sent, if it has played the story.
pub(crate) fn differences(
    scenario: &Scenario,
    teasers: Option<&BTreeMap<String, String>>,
) -> Vec<Difference> {
    let played = player().play(&additions::switched_off(scenario));
    let mut differences = played.differences;
    let heard = |teasers: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let stays = |(name, _): &(&String, &String)| scenario.clients.get(*name).is_some_and(listens);
        teasers.iter().filter(stays).map(|(name, teaser)| (name.clone(), teaser.clone())).collect()
    };
    if let Some((oracle, engine)) = teasers.map(|oracle| (heard(oracle), heard(&played.transcript.teasers)))
        && oracle != engine
    {
        let how = format!("postscreen: {oracle:#?}\nengine: {engine:#?}");
        differences.push(Difference::said("teasers", how));
    }
    for difference in &mut differences {
        difference.what = format!("native: {}", difference.what);
    }
    differences
}

/// Whether a client waits for the server. One that does not may be gone before a teaser has come.
fn listens(client: &Client) -> bool {
    client.script.iter().any(|step| matches!(step, Step::Closed | Step::Expect(_) | Step::Silence(_)))
}

/// Plays all stories, and adds what differs to what the oracle has made of them.
pub(crate) fn compare(stories: &[Story], outcomes: &mut Vec<StoryResult>) {
    for story in stories {
        let began = Instant::now();
        let known = outcomes.iter().position(|outcome| outcome.name == story.name);
        // Where the oracle does otherwise anyhow, its teasers are not the standard either.
        let agreed =
            known.and_then(|index| outcomes.get(index)).filter(|one| one.verdict == StoryVerdict::Agrees);
        let found = differences(&story.scenario, agreed.map(|outcome| &outcome.teasers));
        let outcome = known.and_then(|index| outcomes.get_mut(index));
        match (outcome, found.is_empty()) {
            (Some(_), true) => {}
            (Some(outcome), false) => outcome.verdict.add(found),
            (None, same) => outcomes.push(StoryResult {
                name: story.name.clone(),
                verdict: if same { StoryVerdict::Agrees } else { StoryVerdict::Disagrees(found) },
                time: began.elapsed(),
                teasers: BTreeMap::new(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
