//! Random stories: made from a seed, told by the engine in virtual time, and then played before the oracle like others.
//!
//! A story stands in a file, `NNN.yaml`, so that one that goes another way can be kept, and played by any host.

mod generate;
mod policy;
mod record;
mod words;
mod write;

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, Result, bail};
use fastrand::Rng;
use postscreen_scenario::Scenario;
use real_player::Story;

use crate::additions;

/// So many drafts in a row may depend on fractions of a second before something else is wrong.
const DRAFTS_MAX: usize = 100;

/// Where the stories of a seed are.
pub(crate) fn folder(seed: u64) -> PathBuf {
    PathBuf::from(format!("target/parity/random-{seed}"))
}

/// Makes the stories of a seed and writes them to `folder`, where nothing else stays. A larger number keeps the stories
/// of a smaller one.
pub(crate) fn stories(number: u16, seed: u64, folder: &Path) -> Result<Vec<Story>> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    (1..=number)
        .map(|index| {
            let scenario = story(seed, index)?;
            let file = folder.join(format!("{index:03}.yaml"));
            fs::write(&file, write::yaml(&scenario))
                .with_context(|| format!("cannot write {}", file.display()))?;
            let name = file.with_extension("").display().to_string();
            Ok(Story { name, scenario: Rc::new(scenario) })
        })
        .collect()
}

/// One story of a seed.
fn story(seed: u64, index: u16) -> Result<Scenario> {
    let mut rng = Rng::with_seed(seed.rotate_left(16) ^ u64::from(index));
    for _ in 0..DRAFTS_MAX {
        let about = format!("Random story {index} of seed {seed}.");
        if let Some(story) = record::record(&additions::switched_off(&generate::draft(&mut rng, about)))? {
            return Ok(story);
        }
    }
    bail!("story {index} of seed {seed}: {DRAFTS_MAX} drafts in a row hang on fractions of a second")
}

#[cfg(test)]
mod tests;
