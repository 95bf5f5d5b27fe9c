//! Call-outs under way, and what becomes of them.

use std::collections::BTreeMap;

use envoy_sim::CallId;

use super::{Bytes, What};

/// Questions that were not answered to their end.
#[derive(Default)]
pub(super) struct Calls(BTreeMap<(Protocol, CallId), OpenCall>);

/// What a call-out speaks; each counts its tokens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    Dns,
    Grpc,
    Http,
}

struct OpenCall {
    /// The lane that it is about.
    lane: Option<usize>,
    question: String,
}

/// An event with its lane.
pub(super) type PlacedEvent = (Option<usize>, What);

// === impl Calls ===

impl Calls {
    pub(super) fn asked(
        &mut self,
        call: (Protocol, CallId),
        lane: Option<usize>,
        question: String,
    ) -> PlacedEvent {
        self.0.insert(call, OpenCall { lane, question: question.clone() });
        (lane, What::Asked { question })
    }

    /// One message more for a stream. `end`: it is the last.
    pub(super) fn sent(&self, call: CallId, message: &[u8], end: bool) -> Option<PlacedEvent> {
        let stream = self.0.get(&(Protocol::Grpc, call))?;
        let (to, bytes) = (stream.question.clone(), Bytes::new(message));
        Some((stream.lane, What::Sent { to, bytes, end }))
    }

    /// A stream gets no message more.
    pub(super) fn said_all(&self, call: CallId) -> Option<PlacedEvent> {
        let stream = self.0.get(&(Protocol::Grpc, call))?;
        Some((stream.lane, What::SaidAll { to: stream.question.clone() }))
    }

    /// Something came for a question; `over`: it was the last.
    pub(super) fn answered(
        &mut self,
        call: (Protocol, CallId),
        answer: String,
        over: bool,
    ) -> Option<PlacedEvent> {
        let lane = self.0.get(&call)?.lane;
        if over {
            self.0.remove(&call);
        }
        Some((lane, What::Answered { answer }))
    }

    /// The answer is not wanted any more. A module can cancel what it asked by gRPC, so there it is another word.
    pub(super) fn gave_up(&mut self, call: (Protocol, CallId)) -> Option<PlacedEvent> {
        let OpenCall { lane, question } = self.0.remove(&call)?;
        let what = match call.0 {
            Protocol::Grpc => What::Cancelled { question },
            Protocol::Dns | Protocol::Http => What::GaveUp { question },
        };
        Some((lane, what))
    }
}
