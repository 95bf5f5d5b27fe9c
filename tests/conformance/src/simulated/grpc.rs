//! What the HTTP server does with gRPC calls and streams.

use host_sim::{GrpcEffect, GrpcEvent, GrpcRequest, HeaderMap, Input};

use super::world::REFUSED;
use crate::upstream::{Answer, Deed, FRAME_BYTES, deed};

/// `grpc-status` codes that Envoy makes up itself.
const UNKNOWN: u32 = 2;
const UNAVAILABLE: u32 = 14;

/// What comes back at once. The server answers as soon as it has the headers, so what is sent later changes nothing.
pub(super) fn events(effect: &GrpcEffect) -> Vec<Input> {
    let GrpcEffect::Start(request) = effect else { return Vec::new() };
    let call = request.call;
    answered(request).into_iter().map(|event| Input::Grpc { call, event }).collect()
}

fn answered(GrpcRequest { cluster, service, method, .. }: &GrpcRequest) -> Vec<GrpcEvent> {
    let closed = |status, message: &str| GrpcEvent::Closed { status, message: message.into() };
    if cluster == REFUSED {
        return vec![closed(UNAVAILABLE, "")];
    }
    match deed(&format!("/{service}/{method}"), b"") {
        Deed::Answer(answer) if answer.status == 200 => messages(&answer),
        Deed::Answer(_) => vec![closed(UNKNOWN, "")],
        Deed::BreakOff(_) | Deed::Reset => vec![closed(UNAVAILABLE, "")],
        Deed::Silence => Vec::new(),
    }
}

fn messages(answer: &Answer) -> Vec<GrpcEvent> {
    let pair = |(name, value): &(&str, &str)| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let headers: HeaderMap = answer.headers.iter().map(pair).collect();
    let mut events = vec![GrpcEvent::InitialMetadata(headers)];
    let mut body = &answer.body[..];
    while let Some((frame, rest)) = body.split_at_checked(FRAME_BYTES) {
        let len = usize::from(frame[FRAME_BYTES - 1]);
        let (message, rest) = rest.split_at(len.min(rest.len()));
        events.push(GrpcEvent::Message(message.to_vec()));
        body = rest;
    }
    let trailer = |name| answer.trailers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    events.push(GrpcEvent::TrailingMetadata(answer.trailers.iter().map(pair).collect()));
    let status = trailer("grpc-status").and_then(|status| status.parse().ok()).unwrap_or(UNKNOWN);
    events.push(GrpcEvent::Closed { status, message: trailer("grpc-message").unwrap_or_default().into() });
    events
}
