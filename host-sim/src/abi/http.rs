//! HTTP call-outs.

use std::time::Duration;

use super::{Args, Fault, Guest, Status, pairs};
use crate::event::{CallId, Effect, HttpCall, VmId};
use crate::settings::HttpCluster;
use crate::vm::Phase;

/// The headers that Envoy insists on; `host` is no substitute for `:authority`.
const REQUIRED: [&[u8]; 3] = [b":method", b":path", b":authority"];

/// `proxy_http_call`. Always made for the root context; the trailers are read and, as in Envoy, not sent.
pub(super) fn call(guest: &mut Guest<'_>, args: &Args<'_>) -> Result<(), Fault> {
    let cluster = guest.text(args.u32(0), args.u32(1))?;
    let mut headers = pairs::decode(&guest.bytes(args.u32(2), args.u32(3))?).ok_or(Status::BadArgument)?;
    let body = guest.bytes(args.u32(4), args.u32(5))?;
    pairs::decode(&guest.bytes(args.u32(6), args.u32(7))?).ok_or(Status::BadArgument)?;
    let timeout = i32::try_from(args.u32(8)).map_err(|_| Status::BadArgument)?;
    let timeout = (timeout != 0).then(|| Duration::from_millis(timeout.unsigned_abs().into()));

    let state = guest.state();
    // While the configuration is tried, the main thread does not know the clusters yet.
    if state.phase != Phase::Running && !matches!(state.id, VmId::Worker(_)) {
        return Err(Status::BadArgument.into());
    }
    let up = *state.settings.http_clusters.get(&cluster).ok_or(Status::BadArgument)?;
    if REQUIRED.iter().any(|name| !headers.iter().any(|(key, _)| key == name)) {
        return Err(Status::BadArgument.into());
    }
    let token = state.callouts.next_token();
    if up == HttpCluster::Down {
        return Err(Status::InternalFailure.into());
    }
    if !body.is_empty() && !headers.iter().any(|(key, _)| key == b"content-length") {
        headers.push((b"content-length".to_vec(), body.len().to_string().into_bytes()));
    }
    let call = CallId { vm: state.id, token };
    state.start_callout(token, timeout);
    state.effects.push_back(Effect::HttpCall(HttpCall { call, cluster, headers, body, timeout }));
    guest.write_u32(args.u32(9), token)
}
