//! A story for another suite: not whether it came true, but what everybody saw.

use std::num::NonZeroUsize;
use std::path::Path;

use postscreen_scenario::{Scenario, Transcript};

use super::player;
use super::program::{Envoy, Program};
use super::watching::Watching;
use crate::{Module, Profile};

/// Plays stories with one network filter, as `host-sim run` does.
pub struct Simulator(Program);

impl Simulator {
    /// Loads the module at `path`, for the Envoy of `profile`.
    ///
    /// # Errors
    /// When the file is no module for this host; the text says why.
    pub fn load(path: &Path, profile: Profile) -> Result<Self, String> {
        let module = Module::from_file(path).map_err(|error| error.to_string())?;
        Ok(Self(Program::ProxyWasm(module, Envoy::new(profile))))
    }

    /// What everybody saw while the story was played.
    pub fn play(&self, story: &Scenario, workers: NonZeroUsize) -> Transcript {
        player::play(&self.0, story, workers, &Watching::default()).transcript
    }
}
