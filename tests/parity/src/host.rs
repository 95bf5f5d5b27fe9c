//! What can play a story.

use anyhow::Result;
use postscreen_scenario::Transcript;
use real_player::Story;

/// A host of stories. Others than the oracle can stand beside it.
pub(crate) trait Host {
    /// Plays a story to its end and says what everybody saw. Some of it appears late: the host goes on collecting until
    /// `settled` is content, or until nothing more can be expected.
    ///
    /// An error says that the host is broken, not that the story went another way.
    async fn play(&self, story: &Story, settled: impl Fn(&Transcript) -> bool) -> Result<Transcript>;
}
