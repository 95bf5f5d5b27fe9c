//! Any input in any order: many connections of one or two workers, late and lying answers, clocks that jump, a store
//! that fails, policies that change. What may never happen is in [`world`] and [`followed`].
//!
//! A long run, which tells how far it is (an optimised engine, on dependencies that are there already):
//!
//! ```text
//! CARGO_PROFILE_DEV_OPT_LEVEL=3 POSTSCREEN_INPUTS=100000000 POSTSCREEN_SEED=7 \
//!     cargo test -p postscreen-engine --lib any_input -- --nocapture
//! ```

mod followed;
mod said;
mod world;

use crate::verdict::Verdict;
use std::collections::BTreeMap;
use std::time::Instant;
use world::World;

/// Inputs from the opening of a worker to its end.
const EPISODE: u64 = 2_000;
/// Of so many episodes one is played twice.
const COMPARED: u64 = 64;
/// What is played where nobody asks for more.
const INPUTS: u64 = 200_000;
const TOLD_EVERY: u64 = 10_000_000;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}

/// Says which episode it was that failed.
struct Episode(u64);

impl Drop for Episode {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("POSTSCREEN_SEED={} POSTSCREEN_INPUTS=1 plays this episode", self.0);
        }
    }
}

fn play(seed: u64, compares: bool) -> World {
    let _episode = Episode(seed);
    let mut world = World::new(seed, compares);
    (0..EPISODE).for_each(|_| world.step());
    world.ends();
    world
}

#[test]
fn any_input_in_any_order_breaks_nothing() {
    let inputs = from_environment("POSTSCREEN_INPUTS");
    let seed = from_environment("POSTSCREEN_SEED").unwrap_or(1);
    let begin = Instant::now();
    let (mut given, mut episode, mut verdicts) = (0, seed, BTreeMap::new());
    // Long enough for every verdict, the rare ones too.
    let is_enough = |given: u64, verdicts: &BTreeMap<Verdict, u64>| match inputs {
        Some(inputs) => given >= inputs,
        None => given >= INPUTS && (verdicts.len() == Verdict::ALL.len() || given >= 10 * INPUTS),
    };
    while !is_enough(given, &verdicts) {
        let compares = episode.is_multiple_of(COMPARED);
        let world = play(episode, compares);
        if compares {
            let again = play(episode, true).digest();
            assert_eq!(again, world.digest(), "the same inputs, other outputs, with seed {episode}");
        }
        for (verdict, count) in world.verdicts {
            *verdicts.entry(verdict).or_insert(0) += count;
        }
        episode += 1;
        given += EPISODE;
        if inputs.is_some() && given.is_multiple_of(TOLD_EVERY) {
            eprintln!(
                "{given} inputs, {} a second",
                u128::from(given) * 1_000 / begin.elapsed().as_millis().max(1)
            );
        }
    }
    eprintln!(
        "{given} inputs in {} episodes from seed {seed} on, no violation: {verdicts:?}",
        episode - seed
    );
    if inputs.is_none() {
        let missing: Vec<_> = Verdict::ALL.iter().filter(|verdict| !verdicts.contains_key(verdict)).collect();
        assert_eq!(missing, [] as [&Verdict; 0], "nothing was seen of these");
    }
}
