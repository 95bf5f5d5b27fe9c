//! Call-outs and new configurations in words: DNS over HTTPS by question and answer, other call-outs by their first
//! lines, a configuration by what it changes.

use std::collections::{BTreeMap, BTreeSet};

use domain::base::{Message, Rtype};
use domain::rdata::A;
use envoy_sim::{CallId, DnsAddress, GrpcEvent, GrpcRequest, HeaderMap, HttpCall, HttpFailure};
use serde_json::{Map, Value};

use super::{Bytes, What};

/// The most addresses of one answer that are named.
const ADDRESSES_MAX: usize = 4;
/// The media type of RFC 8484.
const DNS_MESSAGE: &[u8] = b"application/dns-message";

/// What is asked, and the name in question where it is one of DNS.
pub(super) fn request(call: &HttpCall) -> (String, Option<String>) {
    if header(&call.headers, b"content-type") == Some(DNS_MESSAGE)
        && let Ok(message) = Message::from_slice(&call.body)
        && let Ok(question) = message.sole_question()
    {
        let name = question.qname().to_string();
        return (format!("{} {name}", question.qtype()), Some(name));
    }
    let text =
        |name: &[u8]| String::from_utf8_lossy(header(&call.headers, name).unwrap_or(b"?")).into_owned();
    (format!("{} {}{}", text(b":method"), call.cluster, text(b":path")), None)
}

/// What was answered.
pub(super) fn response(headers: &HeaderMap, body: &[u8]) -> String {
    let status = String::from_utf8_lossy(header(headers, b":status").unwrap_or(b"?")).into_owned();
    if header(headers, b"content-type") != Some(DNS_MESSAGE) {
        return format!("{status}, {} bytes", body.len());
    }
    dns(body).unwrap_or_else(|| format!("{status}, no DNS message"))
}

/// The addresses, or what there is in their place.
fn dns(body: &[u8]) -> Option<String> {
    let message = Message::from_slice(body).ok()?;
    let mut addresses: Vec<String> = Vec::new();
    for record in message.answer().ok()?.limit_to::<A>() {
        addresses.push(record.ok()?.data().addr().to_string());
    }
    let asked_for_another = || message.sole_question().is_ok_and(|question| question.qtype() != Rtype::A);
    Some(match addresses.as_slice() {
        [] if asked_for_another() => "nothing".to_owned(),
        [] => message.header().rcode().to_string(),
        addresses => list(addresses),
    })
}

/// The first of them, and how many there are more.
fn list(addresses: &[String]) -> String {
    let shown = addresses.len().min(ADDRESSES_MAX);
    let more = addresses.len() - shown;
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", addresses[..shown].join(", "))
}

/// The answer to a look-up by the host's own resolver.
pub(super) fn addresses(answer: Option<&[DnsAddress]>) -> String {
    match answer {
        None => "no answer".to_owned(),
        Some([]) => "no addresses".to_owned(),
        Some(found) => list(&found.iter().map(|address| address.ip.to_string()).collect::<Vec<_>>()),
    }
}

/// A call or stream of gRPC that begins.
pub(super) fn grpc_request(request: &GrpcRequest) -> String {
    let GrpcRequest { cluster, service, method, message, .. } = request;
    let to = format!("{cluster}/{service}/{method}");
    match message {
        Some(message) => format!("gRPC {to}, {} bytes", message.len()),
        None => format!("gRPC stream {to}"),
    }
}

/// What came for a gRPC call or stream.
pub(super) fn grpc_event(event: &GrpcEvent) -> String {
    match event {
        GrpcEvent::InitialMetadata(map) => format!("{} headers", map.len()),
        GrpcEvent::Message(message) => format!("a message of {} bytes", message.len()),
        GrpcEvent::TrailingMetadata(map) => format!("{} trailers", map.len()),
        GrpcEvent::Closed { status, message } if message.is_empty() => format!("status {status}"),
        GrpcEvent::Closed { status, message } => format!("status {status}: {message}"),
    }
}

/// No answer, and why.
pub(super) fn failure(failure: HttpFailure) -> String {
    match failure {
        HttpFailure::Unreachable => "no connection".to_owned(),
        HttpFailure::ResetEarly => "reset before the answer".to_owned(),
        HttpFailure::Reset => "the answer broke off".to_owned(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &[u8]) -> Option<&'a [u8]> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_slice())
}

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

/// The most characters of one value that are kept.
const VALUE_CHARS_MAX: usize = 60;

/// The fields of an object that differ, as `greet_wait 2s → 1s`, in the order of their names. What is no object is
/// shown as it is.
pub(super) fn changes(before: &str, after: &str) -> String {
    let object = |text| serde_json::from_str::<Map<String, Value>>(text).ok();
    let (Some(before), Some(after)) = (object(before), object(after)) else { return after.to_owned() };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let different = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let changes: Vec<String> = different
        .map(|name| format!("{name} {} → {}", value(before.get(name)), value(after.get(name))))
        .collect();
    if changes.is_empty() { "the same again".to_owned() } else { changes.join(", ") }
}

fn value(value: Option<&Value>) -> String {
    let text = match value {
        None => "default".to_owned(),
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(value) => value.to_string(),
    };
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests;
