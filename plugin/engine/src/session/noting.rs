//! What a session notes for its client's record.

use super::{Phase, Progress, Session, Surroundings};
use crate::client_record::{Ending, Notes, Reference};
use crate::io::Output;
use crate::time::Now;
use crate::verdict::Verdict;

impl Session {
    /// Notes something, if there is to be a record.
    pub(super) fn note(&mut self, note: impl FnOnce(&mut Notes)) {
        if let Some(notes) = &mut self.notes {
            note(notes);
        }
    }

    /// What stands in the client's refusals.
    pub(super) fn reference(&self) -> Option<Reference> {
        self.notes.as_ref().map(|notes| notes.reference())
    }

    /// Everything has been decided.
    pub(super) fn file_record(&mut self, verdict: Verdict, served: bool, around: &mut dyn Surroundings) {
        self.note_lists(around);
        self.note_lateness(around.now());
        let Some(notes) = self.notes.take() else { return };
        let Progress { todo, pass, fail, .. } = self.progress;
        let record = notes.finish(&Ending {
            policy: &self.policy,
            verdict,
            served,
            stressed: self.stressed,
            todo,
            pass,
            fail,
            now: around.now(),
        });
        around.emit(Output::Record(record.to_json()));
    }

    /// The client says something.
    pub(super) fn note_words(&mut self, bytes: &[u8], now: Now) {
        self.note_lateness(now);
        let early = matches!(self.phase, Phase::Greeting(_));
        if !bytes.is_empty() && (early || matches!(self.phase, Phase::Talking(_))) {
            self.note(|notes| notes.heard(bytes, early, now));
        }
    }

    /// The client ends its half, or is gone.
    pub(super) fn note_leaving(&mut self, half: bool, now: Now) {
        self.note_lateness(now);
        let early = matches!(self.phase, Phase::Greeting(_));
        self.note(|notes| notes.left(early, half, now));
    }

    /// Something happens while something is overdue.
    pub(super) fn note_lateness(&mut self, now: Now) {
        if let Some(notes) = &mut self.notes {
            self.timers.overdue(now.instant).for_each(|due| notes.is_late(due, now));
        }
    }

    /// The lists have no more to do with the client.
    pub(super) fn note_lists(&mut self, around: &mut dyn Surroundings) {
        let client = self.client_address();
        if let Some(notes) = &mut self.notes
            && matches!(self.phase, Phase::Greeting(_))
        {
            notes.lists_over(|| around.list_facts(client), &self.policy);
        }
    }
}
