//! gRPC call-outs, calls and streams.

use std::collections::BTreeMap;

use crate::event::HeaderMap;

/// What a token stands for; also its low two bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrpcKind {
    /// One message there, one back.
    Call = 1,
    /// Any number of messages, both ways.
    Stream = 2,
}

impl GrpcKind {
    /// `None`: a token of something else.
    pub fn of(token: u32) -> Option<Self> {
        [Self::Call, Self::Stream].into_iter().find(|kind| *kind as u32 == token & 3)
    }
}

/// The gRPC call-outs of one machine.
#[derive(Debug, Default)]
pub(crate) struct GrpcCalls {
    open: BTreeMap<u32, GrpcCall>,
    counts: [u32; 2],
    /// What arrived and whose callback is running: only then can it be read.
    pub current: Option<GrpcReceived>,
}

/// A call or stream that the module can still name.
#[derive(Debug)]
pub(crate) struct GrpcCall {
    /// The root context that it belongs to.
    pub root: u32,
    /// The answer of a call, which the module hears of when the call ends.
    pub message: Option<Vec<u8>>,
    /// The module has sent its last message.
    pub sent_end: bool,
    /// `proxy_grpc_close` was called.
    pub local_closed: bool,
    /// The status has come: nothing more will.
    pub remote_closed: bool,
}

/// Something that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GrpcReceived {
    InitialMetadata(HeaderMap),
    Message(Vec<u8>),
    TrailingMetadata(HeaderMap),
}

impl GrpcCalls {
    /// 5, 9, 13, … for calls, 6, 10, 14, … for streams.
    pub fn next_token(&mut self, kind: GrpcKind) -> u32 {
        let count = &mut self.counts[kind as usize - 1];
        *count = count.wrapping_add(1);
        count.wrapping_mul(4) | kind as u32
    }

    pub fn start(&mut self, token: u32, root: u32) {
        let (message, sent_end) = (None, GrpcKind::of(token) == Some(GrpcKind::Call));
        let call = GrpcCall { root, message, sent_end, local_closed: false, remote_closed: false };
        self.open.insert(token, call);
    }

    pub fn get(&mut self, token: u32) -> Option<&mut GrpcCall> {
        self.open.get_mut(&token)
    }

    /// Forgets the call; false when it was not known.
    pub fn remove(&mut self, token: u32) -> bool {
        self.open.remove(&token).is_some()
    }

    /// Forgets the calls of these root contexts. Gives those that the other side does not know to be over.
    pub fn take(&mut self, of_root: impl Fn(&u32) -> bool) -> Vec<u32> {
        let taken = self.open.extract_if(.., |_, call| of_root(&call.root));
        taken.filter(|(_, call)| !call.remote_closed).map(|(token, _)| token).collect()
    }

    /// How many the module can still name.
    pub fn len(&self) -> usize {
        self.open.len()
    }
}
