//! Call-outs: HTTP, gRPC (calls with one message each way, and streams), and `envoy_resolve_dns`, which only Envoy has.

use std::time::Duration;

use super::header_map::decode_pairs;
use super::proto::Message;
use super::{Args, Guest, HostCallError, Status};
use crate::callout::GrpcKind;
use crate::event::{CallId, Effect, GrpcEffect, GrpcRequest, HeaderMap, HttpCall};
use crate::settings::HttpCluster;
use crate::vm::{DeferredAction, State};

/// The headers that Envoy insists on, each under any of these names.
const REQUIRED: [&[&[u8]]; 3] = [&[b":method"], &[b":path"], &[b":authority", b"host"]];

/// `proxy_http_call`. Always made for the root context; the trailers are read and, as in Envoy, not sent. The token is
/// written before the call is made, 0 at first, so that an address outside the memory makes none.
pub(super) fn http_call(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let cluster = guest.text(args.u32(0), args.u32(1))?;
    let headers = map(guest, args, 2)?;
    let body = guest.bytes(args.u32(4), args.u32(5))?;
    guest.bytes(args.u32(6), args.u32(7))?;
    guest.write_u32(args.u32(9), 0)?;
    let timeout = i32::try_from(args.u32(8)).map_err(|_| Status::BadArgument)?;
    let token = start_http(guest.state(), cluster, headers, body, timeout.unsigned_abs())?;
    guest.write_u32(args.u32(9), token)
}

fn start_http(
    state: &mut State,
    cluster: String,
    mut headers: HeaderMap,
    body: Vec<u8>,
    timeout_ms: u32,
) -> Result<u32, Status> {
    let up = find_cluster(state, &cluster).ok_or(Status::BadArgument)?;
    if REQUIRED.iter().any(|names| !headers.iter().any(|(key, _)| names.contains(&key.as_slice()))) {
        return Err(Status::BadArgument);
    }
    let token = state.callouts.next_token();
    if up == HttpCluster::Down || !state.callouts.take_room(body.len() + bytes_of(&headers)) {
        return Err(Status::InternalFailure);
    }
    if !body.is_empty() {
        headers.retain(|(key, _)| key != b"content-length");
        headers.push((b"content-length".to_vec(), body.len().to_string().into_bytes()));
    }
    let call = CallId { vm: state.id, token };
    let timeout = milliseconds(timeout_ms);
    state.callouts.start(token, state.root_context());
    state.set_callout_timeout(token, timeout);
    state.effects.push_back(Effect::HttpCall(HttpCall { call, cluster, headers, body, timeout }));
    Ok(token)
}

/// What a message costs besides its bytes, so that empty ones cannot fill the memory either.
const SEND_OVERHEAD_BYTES: usize = 64;

/// `proxy_grpc_call`. Always made for the root context.
pub(super) fn grpc_call(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let request = GrpcCallout::read(guest, args, GrpcKind::Call)?;
    let message = guest.bytes(args.u32(8), args.u32(9))?;
    let token = request.start(guest.state(), Some(message), milliseconds(args.u32(10)))?;
    guest.write_u32(args.u32(11), token)
}

/// `proxy_grpc_stream`. Always opened for the root context; it has no time limit.
pub(super) fn grpc_stream(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let request = GrpcCallout::read(guest, args, GrpcKind::Stream)?;
    let token = request.start(guest.state(), None, None)?;
    guest.write_u32(args.u32(8), token)
}

/// `proxy_grpc_send`: streams only.
pub(super) fn grpc_send(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let message = guest.bytes(args.u32(1), args.u32(2))?;
    let (token, end) = (args.u32(0), args.u32(3) != 0);
    if GrpcKind::of(token) != Some(GrpcKind::Stream) {
        return Err(Status::BadArgument.into());
    }
    let state = guest.state();
    let call = CallId { vm: state.id, token };
    let stream = state.callouts.grpc.get(token).ok_or(Status::NotFound)?;
    // A stream that is over in this direction takes everything and sends nothing.
    if stream.sent_end || stream.remote_closed {
        return Ok(());
    }
    if !state.callouts.take_bytes(message.len() + SEND_OVERHEAD_BYTES) {
        return Err(Status::InternalFailure.into());
    }
    if let Some(stream) = state.callouts.grpc.get(token) {
        stream.sent_end = end;
    }
    state.effects.push_back(Effect::Grpc(GrpcEffect::Send { call, message, end }));
    Ok(())
}

/// `proxy_grpc_cancel`: the call or stream is reset, and no callback follows.
pub(super) fn grpc_cancel(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    find_grpc(guest.state(), args.u32(0))?;
    forget_grpc(guest.state(), args.u32(0));
    Ok(())
}

/// `proxy_grpc_close`: ends a stream in the module's direction, and forgets it when the other has ended too. For a call
/// it is as [`grpc_cancel`].
pub(super) fn grpc_close(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let token = args.u32(0);
    let state = guest.state();
    let call = CallId { vm: state.id, token };
    if find_grpc(state, token)? == GrpcKind::Call {
        forget_grpc(state, token);
        return Ok(());
    }
    let stream = state.callouts.grpc.get(token).ok_or(Status::NotFound)?;
    if stream.remote_closed {
        state.callouts.grpc.remove(token);
        return Ok(());
    }
    stream.local_closed = true;
    if !std::mem::replace(&mut stream.sent_end, true) {
        state.effects.push_back(Effect::Grpc(GrpcEffect::End { call }));
    }
    Ok(())
}

/// `BadArgument`: no token of gRPC's. `NotFound`: a call or stream that is over.
fn find_grpc(state: &mut State, token: u32) -> Result<GrpcKind, Status> {
    let kind = GrpcKind::of(token).ok_or(Status::BadArgument)?;
    state.callouts.grpc.get(token).ok_or(Status::NotFound)?;
    Ok(kind)
}

fn forget_grpc(state: &mut State, token: u32) {
    let remote_closed = state.callouts.grpc.get(token).is_some_and(|call| call.remote_closed);
    state.callouts.grpc.remove(token);
    state.set_callout_timeout(token, None);
    if !remote_closed {
        let call = CallId { vm: state.id, token };
        state.effects.push_back(Effect::Grpc(GrpcEffect::Cancel { call }));
    }
}

/// What calls and streams have in common.
struct GrpcCallout {
    kind: GrpcKind,
    target: Vec<u8>,
    head: GrpcRequest,
}

impl GrpcCallout {
    fn read(guest: &mut Guest<'_>, args: &Args<'_>, kind: GrpcKind) -> Result<Self, HostCallError> {
        let target = guest.bytes(args.u32(0), args.u32(1))?;
        let head = GrpcRequest {
            call: CallId { vm: guest.state().id, token: 0 },
            cluster: String::new(),
            service: guest.text(args.u32(2), args.u32(3))?,
            method: guest.text(args.u32(4), args.u32(5))?,
            metadata: map(guest, args, 6)?,
            message: None,
            timeout: None,
        };
        Ok(Self { kind, target, head })
    }

    /// Sends it. A cluster that is down, or that only the `GrpcService` names, fails inline: the module is told so,
    /// and as in Envoy hears of the end of a call whose token it was never given.
    fn start(
        self,
        state: &mut State,
        message: Option<Vec<u8>>,
        timeout: Option<Duration>,
    ) -> Result<u32, Status> {
        let cluster = cluster_of(state, &self.target)?;
        let token = state.callouts.grpc.next_token(self.kind);
        let up = find_cluster(state, &cluster) == Some(HttpCluster::Up);
        let bytes = bytes_of(&self.head.metadata) + message.as_ref().map_or(0, Vec::len);
        if !up || !state.callouts.take_room(bytes) {
            state.defer(DeferredAction::GrpcFailed(state.root_context(), token))?;
            return Err(Status::InternalFailure);
        }
        state.callouts.grpc.start(token, state.root_context());
        state.set_callout_timeout(token, timeout);
        let call = CallId { vm: state.id, token };
        let request = GrpcRequest { call, cluster, message, timeout, ..self.head };
        state.effects.push_back(Effect::Grpc(GrpcEffect::Start(request)));
        Ok(token)
    }
}

/// The cluster that the bytes name: as a `GrpcService` whose `envoy_grpc` (1) has a `cluster_name` (1), or, when they
/// are no such message, by themselves; then the cluster must exist. Google's client (2) is not in this host.
fn cluster_of(state: &State, target: &[u8]) -> Result<String, Status> {
    let Some(service) = Message::parse(target) else {
        let name = String::from_utf8_lossy(target).into_owned();
        return find_cluster(state, &name).map(|_| name).ok_or(Status::ParseFailure);
    };
    if !service.has(1) {
        return Err(Status::BadArgument);
    }
    let envoy_grpc = Message::parse(service.bytes(1)).ok_or(Status::ParseFailure)?;
    Ok(envoy_grpc.text(1).ok_or(Status::ParseFailure)?.to_owned())
}

/// `envoy_resolve_dns`: always for the root context. `envoy_on_resolve_dns` follows, with what was found in buffer 8.
pub(super) fn resolve_dns(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let name = guest.text(args.u32(0), args.u32(1))?;
    let token = guest.state().callouts.dns.next_token();
    guest.write_u32(args.u32(2), token)?;
    let state = guest.state();
    if !state.callouts.take_room(name.len()) {
        return Err(Status::InternalFailure.into());
    }
    state.callouts.dns.start(token, state.root_context());
    state.effects.push_back(Effect::ResolveDns { call: CallId { vm: state.id, token }, name });
    Ok(())
}

/// The cluster of this name. Machines know the clusters from their first callback on, also on the main thread.
fn find_cluster(state: &State, name: &str) -> Option<HttpCluster> {
    state.settings.http_clusters.get(name).copied()
}

/// A map that the module hands in, its address and length at `index`. What is no map is an empty one, as in Envoy.
/// Names of headers are in lower case.
fn map(guest: &mut Guest<'_>, args: &Args<'_>, index: usize) -> Result<HeaderMap, HostCallError> {
    let wire = guest.bytes(args.u32(index), args.u32(index + 1))?;
    let mut map = decode_pairs(&wire).unwrap_or_default();
    for (name, _) in &mut map {
        name.make_ascii_lowercase();
    }
    Ok(map)
}

/// The bytes of all names and values.
fn bytes_of(map: &HeaderMap) -> usize {
    map.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// A time limit of the ABI: 0 is none.
fn milliseconds(limit: u32) -> Option<Duration> {
    (limit != 0).then(|| Duration::from_millis(limit.into()))
}
