//! Any input in any order: many connections of one or two workers, late and lying answers, clocks that jump, a store
//! that fails, policies that change. What may never happen is in [`world`] and [`followed`].
//!
//! `POSTSCREEN_INPUTS=100000000 POSTSCREEN_SEED=7 cargo test --release -p postscreen-engine --lib any_input -- --nocapture`
//! is a long run; it tells how far it is.

mod followed;
mod said;
mod store;
mod world;

use std::time::Instant;
use world::World;

/// Inputs from the opening of a worker to its end.
const EPISODE: u64 = 2_000;
/// Of so many episodes one is played twice.
const COMPARED: u64 = 64;
/// What is played where nobody asks for more.
const INPUTS: u64 = 500_000;
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

fn play(seed: u64, compares: bool) -> u64 {
    let _episode = Episode(seed);
    let mut world = World::new(seed, compares);
    (0..EPISODE).for_each(|_| world.step());
    world.ends();
    world.digest()
}

#[test]
fn any_input_in_any_order_breaks_nothing() {
    let inputs = from_environment("POSTSCREEN_INPUTS");
    let seed = from_environment("POSTSCREEN_SEED").unwrap_or(1);
    let begin = Instant::now();
    let (mut given, mut episode) = (0, seed);
    while given < inputs.unwrap_or(INPUTS) {
        let compares = episode.is_multiple_of(COMPARED);
        let digest = play(episode, compares);
        if compares {
            assert_eq!(play(episode, true), digest, "the same inputs, other outputs, with seed {episode}");
        }
        episode += 1;
        given += EPISODE;
        if inputs.is_some() && given.is_multiple_of(TOLD_EVERY) {
            eprintln!("{given} inputs, {:.0} a second", given as f64 / begin.elapsed().as_secs_f64());
        }
    }
    eprintln!("{given} inputs in {} episodes from seed {seed} on, no violation", episode - seed);
}
