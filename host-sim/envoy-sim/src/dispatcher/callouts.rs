//! Answers to what the module asked of others, and the posts of shared queues.

use super::Dispatcher;
use crate::callout::{GrpcKind, GrpcReceived, Response};
use crate::event::{CallId, DnsAddress, Effect, GrpcEffect, GrpcEvent};
use crate::vm::Callback;

/// `grpc-status` of an answer without a message.
const GRPC_INTERNAL: u32 = 13;
/// `grpc-status` of a server that cannot be reached, or not in time.
const GRPC_UNAVAILABLE: u32 = 14;

impl Dispatcher {
    /// The answer to an HTTP call-out, if it is still wanted.
    pub fn answer(&mut self, token: u32, response: Response) {
        let counts = [response.headers.len(), response.body.len(), response.trailers.len()].map(count);
        let state = self.state_mut();
        let Some(root) = state.callouts.answer(token, response) else { return };
        state.set_callout_timeout(token, None);
        let [headers, body, trailers] = counts;
        self.tell_root(root, Callback::HttpCallResponse, &[root, token, headers, body, trailers], None);
    }

    /// A call-out has not been answered in time.
    pub(super) fn callout_timeout(&mut self, token: u32) {
        let call = CallId { vm: self.state().id, token };
        if GrpcKind::of(token).is_none() {
            self.emit(Effect::CancelHttpCall { call });
            self.answer(token, Response::timeout());
        } else {
            self.emit(Effect::Grpc(GrpcEffect::Cancel { call }));
            let message = "upstream request timeout{response_timeout}".into();
            self.grpc_event(token, GrpcEvent::Closed { status: GRPC_UNAVAILABLE, message });
        }
    }

    /// Something came for a gRPC call or stream, if it is still wanted.
    pub fn grpc_event(&mut self, token: u32, event: GrpcEvent) {
        let Some(call) = self.state_mut().callouts.grpc.get(token) else { return };
        if call.remote_closed {
            return;
        }
        let root = call.root;
        match (GrpcKind::of(token), event) {
            (Some(GrpcKind::Call), GrpcEvent::Message(message)) => call.message = Some(message),
            (Some(GrpcKind::Call), GrpcEvent::Closed { status, message }) => {
                let answer = call.message.take();
                self.grpc_call_over(root, token, status, &message, answer);
            }
            // Of a call the module does not hear these.
            (Some(GrpcKind::Call) | None, _) => {}
            (Some(GrpcKind::Stream), event) => self.grpc_stream_event(root, token, event),
        }
    }

    fn grpc_call_over(&mut self, root: u32, token: u32, status: u32, text: &str, answer: Option<Vec<u8>>) {
        self.state_mut().set_callout_timeout(token, None);
        match answer {
            Some(message) if status == 0 => {
                let args = [root, token, count(message.len())];
                self.state_mut().callouts.grpc.current = Some(GrpcReceived::Message(message));
                self.tell_root(root, Callback::GrpcReceive, &args, Some(token));
            }
            _ => {
                let status = if status == 0 { GRPC_INTERNAL } else { status };
                self.grpc_closed(root, token, status, text, true);
            }
        }
    }

    fn grpc_stream_event(&mut self, root: u32, token: u32, event: GrpcEvent) {
        let (callback, size, received) = match event {
            GrpcEvent::InitialMetadata(map) => {
                (Callback::GrpcReceiveInitialMetadata, map.len(), GrpcReceived::InitialMetadata(map))
            }
            GrpcEvent::Message(message) => {
                (Callback::GrpcReceive, message.len(), GrpcReceived::Message(message))
            }
            GrpcEvent::TrailingMetadata(map) => {
                (Callback::GrpcReceiveTrailingMetadata, map.len(), GrpcReceived::TrailingMetadata(map))
            }
            GrpcEvent::Closed { status, message } => {
                let Some(stream) = self.state_mut().callouts.grpc.get(token) else { return };
                stream.remote_closed = true;
                // What the module has not ended itself it can still name.
                let forgotten = stream.local_closed;
                self.grpc_closed(root, token, status, &message, forgotten);
                return;
            }
        };
        self.state_mut().callouts.grpc.current = Some(received);
        self.tell_root(root, callback, &[root, token, count(size)], None);
    }

    /// A call or stream could not be started. Envoy has these words for it.
    pub(super) fn grpc_failed(&mut self, root: u32, token: u32) {
        self.grpc_closed(root, token, GRPC_UNAVAILABLE, "Cluster not available", false);
    }

    fn grpc_closed(&mut self, root: u32, token: u32, status: u32, text: &str, forgotten: bool) {
        self.state_mut().callouts.set_status(status, text);
        let forgotten = forgotten.then_some(token);
        self.tell_root(root, Callback::GrpcClose, &[root, token, status], forgotten);
    }

    /// The answer to `envoy_resolve_dns`, if it is still wanted.
    pub fn dns_answer(&mut self, token: u32, answer: Option<&[DnsAddress]>) {
        let state = self.state_mut();
        let Some(root) = state.callouts.dns.answer(token, answer) else { return };
        let args = [root, token, count(state.callouts.dns.call_data.len())];
        // The answer takes the place of what the root context has looked at.
        if let Some(root) = state.roots.get_mut(&root) {
            root.looked_at = None;
        }
        self.tell_root(root, Callback::ResolveDns, &args, None);
    }

    /// A value was put into a queue that this root context was the last to register, if it still exists.
    pub fn queue_ready(&mut self, root: u32, queue: u32) {
        if self.state().roots.contains_key(&root) {
            self.tell_root(root, Callback::QueueReady, &[root, queue], None);
        }
    }

    /// Calls the root context back. What it could read is gone before anything that it deferred is done; so is
    /// `forgotten`, a gRPC call that is over.
    fn tell_root(&mut self, root: u32, callback: Callback, args: &[u32], forgotten: Option<u32>) {
        self.machine.call(root, callback, args);
        let callouts = &mut self.state_mut().callouts;
        callouts.callback_is_over();
        if let Some(token) = forgotten {
            callouts.grpc.remove(token);
        }
        self.carry_out_deferred();
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
