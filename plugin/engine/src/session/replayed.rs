//! For a client that is played from its record.

use super::{Forward, Phase, Session, Surroundings};
use crate::verdict::Verdict;

impl Session {
    /// The connection was accepted, and it is known already who the client is.
    pub fn introduced(&mut self, around: &mut dyn Surroundings) {
        self.arrive(around);
    }

    /// Whether the dummy SMTP server talks to the client.
    pub fn is_talking(&self) -> bool {
        matches!(self.phase, Phase::Talking(_))
    }

    /// What the client will not be served for, if so.
    pub fn refused_for(&self) -> Option<Verdict> {
        match self.progress.forward {
            Forward::Yes => None,
            Forward::No { verdict, .. } => Some(verdict),
        }
    }
}
