//! HTTP call-outs.

use std::time::Duration;

use super::{Args, HostCallError, Guest, Status, pairs};
use crate::event::{CallId, Effect, HeaderMap, HttpCall};
use crate::settings::HttpCluster;
use crate::vm::State;

/// The headers that Envoy insists on, each under any of these names.
const REQUIRED: [&[&[u8]]; 3] = [&[b":method"], &[b":path"], &[b":authority", b"host"]];

/// `proxy_http_call`. Always made for the root context; the trailers are read and, as in Envoy, not sent. The token is
/// written before the call is made, 0 at first, so that an address outside the memory makes none.
pub(super) fn call(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), HostCallError> {
    let cluster = guest.text(args.u32(0), args.u32(1))?;
    let headers = map(guest, args, 2)?;
    let body = guest.bytes(args.u32(4), args.u32(5))?;
    guest.bytes(args.u32(6), args.u32(7))?;
    guest.write_u32(args.u32(9), 0)?;
    let timeout = i32::try_from(args.u32(8)).map_err(|_| Status::BadArgument)?;
    let token = start(guest.state(), cluster, headers, body, timeout.unsigned_abs())?;
    guest.write_u32(args.u32(9), token)
}

fn start(
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

/// The cluster of this name. Machines know the clusters from their first callback on, also on the main thread.
pub(super) fn find_cluster(state: &State, name: &str) -> Option<HttpCluster> {
    state.settings.http_clusters.get(name).copied()
}

/// A map that the module hands in, its address and length at `index`. What is no map is an empty one, as in Envoy.
/// Names of headers are in lower case.
pub(super) fn map(guest: &mut Guest<'_>, args: &Args<'_>, index: usize) -> Result<HeaderMap, HostCallError> {
    let wire = guest.bytes(args.u32(index), args.u32(index + 1))?;
    let mut map = pairs::decode(&wire).unwrap_or_default();
    for (name, _) in &mut map {
        name.make_ascii_lowercase();
    }
    Ok(map)
}

/// The bytes of all names and values.
pub(super) fn bytes_of(map: &HeaderMap) -> usize {
    map.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// A time limit of the ABI: 0 is none.
pub(super) fn milliseconds(limit: u32) -> Option<Duration> {
    (limit != 0).then(|| Duration::from_millis(limit.into()))
}
