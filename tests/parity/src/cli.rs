//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;
use postscreen_scenario::HostKind;
use real_player::{REAL_TIME_MAX, Story, find, length};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::namespace::{self, NamespaceSide};
use crate::verdict::Deltas;
use crate::{native, random, runner, verdict};

const ABOUT: &str = "Plays the stories of tests/scenarios before Debian's postscreen(8) and compares: what clients \
receive, in which order and when, what is logged, and who reaches the mail server.

`cargo xtask parity` runs it after it has installed Debian's postfix and iproute2. By hand, as root, from the project's
folder:

  cargo run -p parity-suite                    everything
  cargo run -p parity-suite -- pregreet        stories with `pregreet` in their name
  cargo run -p parity-suite -- --list          the names
  cargo run -p parity-suite -- --keep shortcut leaves Postfix's configuration, its log and its caches behind
  cargo run -p parity-suite -- --random 500 --seed 7
                                               500 random stories, and none of the others

A story that goes another way is either wrong about postscreen, or a difference that we want. The latter has a paragraph
in docs/deltas.md with an anchor, <a id=\"SLUG\"></a>, and the story says `delta: SLUG`; then it must differ here.

Random stories are made from a seed: who comes, what they say, and the policy. The engine, driven directly, tells what
everybody hears, what is logged, and who reaches the mail server, and postscreen must do the same. Each is a file like
any other, target/parity/random-SEED/NNN.yaml, for other hosts (`host-sim run FILE`), and to be kept if it goes another
way.

Everything happens in namespaces of its own (network, mounts, processes): nothing outside can be reached, a Postfix that
runs on this machine is not touched, and no process is left behind.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "parity-suite", about = "Plays the stories before Debian's postscreen(8)", long_about = ABOUT)]
pub struct Options {
    /// Only stories whose name contains one of these words
    filter: Vec<String>,
    /// Prints the names of the stories and plays none
    #[arg(long)]
    list: bool,
    /// Leaves the folder of Postfix behind, and says where it is
    #[arg(long)]
    keep: bool,
    /// Makes so many random stories and plays them instead of the others
    #[arg(long, value_name = "N", conflicts_with_all = ["filter", "scenarios"],
        value_parser = clap::value_parser!(u16).range(1..=4096))]
    random: Option<u16>,
    /// What the random stories are made from: the same seed, the same stories
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How many stories are played at the same time: they mostly wait
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=256))]
    at_once: u16,
    /// Where the stories are
    #[arg(long, value_name = "FOLDER", default_value = "tests/scenarios")]
    scenarios: PathBuf,
    /// The paragraphs about differences
    #[arg(long, value_name = "FILE", default_value = "docs/deltas.md")]
    deltas: PathBuf,
}

/// The stories that were asked for.
struct ChosenStories {
    playable: Vec<Story>,
    /// Those that the engine plays; mostly the same.
    native: Vec<Story>,
    /// The names of those that are left out, and why.
    left_out: Vec<(String, String)>,
}

/// Does what the user asks for.
///
/// # Errors
///
/// When stories cannot be read, or Postfix cannot be started.
pub fn run(options: &Options) -> Result<ExitCode> {
    let chosen = choose(options)?;
    if options.list {
        chosen.playable.iter().for_each(|story| println!("{}", story.name));
        return Ok(ExitCode::SUCCESS);
    }
    match namespace::side() {
        NamespaceSide::Outside => namespace::run_inside(),
        NamespaceSide::Inside => {
            raise_file_limit()?;
            let runtime = Builder::new_current_thread().enable_all().build()?;
            LocalSet::new().block_on(&runtime, async {
                tokio::select! {
                    result = play(options, &chosen) => result,
                    ended = namespace::outside_has_ended() => ended.map(|()| ExitCode::FAILURE),
                }
            })
        }
    }
}

fn choose(options: &Options) -> Result<ChosenStories> {
    let wanted =
        |name: &str| options.filter.is_empty() || options.filter.iter().any(|word| name.contains(word));
    let mut chosen = ChosenStories { playable: Vec::new(), native: Vec::new(), left_out: Vec::new() };
    let stories = match options.random {
        Some(number) => random::stories(number, options.seed, &random::folder(options.seed))?,
        None => find(&options.scenarios, wanted)?,
    };
    for story in stories {
        if story.scenario.hosts.contains(&HostKind::Native) {
            chosen.native.push(story.clone());
        }
        if let Some(why) = story.scenario.left_out_by(HostKind::Postscreen) {
            chosen.left_out.push((story.name, why));
        } else if length(&story.scenario) > REAL_TIME_MAX {
            chosen.left_out.push((story.name, "takes more than a minute".to_owned()));
        } else {
            chosen.playable.push(story);
        }
    }
    ensure!(
        !chosen.playable.is_empty() || !chosen.native.is_empty(),
        "no story that can be played here has one of these words in its name: {}",
        options.filter.join(", ")
    );
    Ok(chosen)
}

async fn play(options: &Options, chosen: &ChosenStories) -> Result<ExitCode> {
    let deltas = Deltas::read(&options.deltas)?;
    println!("{} stories before postscreen, {} at a time", chosen.playable.len(), options.at_once);
    for (name, why) in &chosen.left_out {
        println!("left out: {name} {why}");
    }
    let mut outcomes = runner::run(&chosen.playable, &deltas, options.at_once.into(), options.keep).await?;
    native::compare(&chosen.native, &mut outcomes);
    println!("{} stories in the engine, driven directly", chosen.native.len());
    print!("{}", verdict::closing(&outcomes));
    let good = outcomes.iter().all(|outcome| outcome.verdict.is_good());
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Postfix's master opens several file descriptors per service, and inherits the limit.
fn raise_file_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?)
}
