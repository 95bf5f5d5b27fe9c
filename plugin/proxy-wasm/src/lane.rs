//! The inline lane: `postscreen.wasm → tcp_proxy → backend | speaker`.
//!
//! A network filter cannot originate bytes. To say something it sends the client to the `speaker` cluster, which
//! echoes: first the PROXY header that the cluster itself sends on connect, later the [`CUE`] that the filter sends in
//! place of the client's bytes. Whatever comes back is a cue to say all that is to be said. A `220-` teaser cannot be
//! said here: before the verdict there is no upstream.

use crate::host::{self, Buffer, HostResult};

/// The filter state that chooses `tcp_proxy`'s cluster.
const CLUSTER_KEY: &str = "envoy.tcp_proxy.cluster";

/// Sends the connection to the speaker, once it goes on.
pub fn route_to_speaker(cluster: &str) -> HostResult {
    // envoy.source.extensions.common.wasm.SetEnvoyFilterStateArguments { path = 1, value = 2 }
    let mut argument = Vec::with_capacity(CLUSTER_KEY.len() + cluster.len() + 8);
    push_string(&mut argument, 1, CLUSTER_KEY);
    push_string(&mut argument, 2, cluster);
    host::call_foreign_function("set_envoy_filter_state", &argument)
}

/// What is sent to the echo to get a word in.
const CUE: &[u8] = b"\n";

/// Replaces the echoed bytes that are passing by what is to be said.
pub fn say(text: &[u8]) -> HostResult {
    host::replace_buffer(Buffer::Upstream, text)
}

/// Drops the client bytes that are passing, or that were held back.
pub fn swallow_client_bytes() -> HostResult {
    host::replace_buffer(Buffer::Downstream, b"")
}

/// Drops the first `len` bytes of those that are held back.
pub fn skip_client_bytes(len: usize) -> HostResult {
    host::replace_start(Buffer::Downstream, len, b"")
}

/// Asks the echo for a cue, in place of client bytes that were swallowed.
///
/// Works within a callback for client bytes, and later as long as the last one of these was answered with Pause: the
/// buffer stays within reach then. It fails for a client that has never sent a byte.
pub fn ask_for_cue() -> HostResult {
    host::replace_buffer(Buffer::Downstream, CUE)?;
    host::resume_downstream()
}

/// A protobuf string field.
fn push_string(message: &mut Vec<u8>, field: u8, text: &str) {
    const LENGTH_DELIMITED: u8 = 2;
    message.push(field << 3 | LENGTH_DELIMITED);
    let mut length = text.len();
    while length >= 0x80 {
        message.push(u8::try_from(length & 0x7f).unwrap_or_default() | 0x80);
        length >>= 7;
    }
    message.push(u8::try_from(length).unwrap_or_default());
    message.extend_from_slice(text.as_bytes());
}
