//! The probes by name. Each has a script of the same name in `tests/conformance`.

mod buffers;
mod callouts;
mod closing;
mod contexts;
mod data;
mod events;
mod expressions;
mod foreign;
mod grpc;
mod headers;
mod metrics;
mod pausing;
mod properties;
mod shared;
mod system;
mod ticking;
mod trapping;
mod wasi;

use crate::call::say;
use crate::probe::Probe;

/// The probe of this name. A name that nobody has is said in the log, where the suite finds it.
pub(crate) fn find(name: &str) -> Box<dyn Probe> {
    match name {
        "buffers" => Box::new(buffers::Buffers::default()),
        "buffers-configuration" => Box::new(buffers::Configuration),
        "buffers-downstream" => Box::new(buffers::DownstreamBuffer),
        "buffers-upstream" => Box::new(buffers::UpstreamBuffer),
        "callouts" => Box::new(callouts::Callouts),
        "callouts-early" => Box::new(callouts::Early),
        "callouts-stream" => Box::new(callouts::FromStream),
        "callouts-wrong" => Box::new(callouts::Wrong),
        "close-downstream" => Box::new(closing::InDownstream),
        "close-later" => Box::new(closing::Later),
        "close-new" => Box::new(closing::InNewConnection),
        "close-twice" => Box::new(closing::Twice),
        "close-upstream" => Box::new(closing::InUpstream),
        "contexts" => Box::new(contexts::Contexts::default()),
        "contexts-done" => Box::new(contexts::NotDone),
        "contexts-foreign" => Box::new(contexts::Foreign::default()),
        "data" => Box::new(data::Data),
        "data-swallow" => Box::new(data::Swallow),
        "events" => Box::new(events::Events),
        "expressions" => Box::new(expressions::Language),
        "expressions-attributes" => Box::new(expressions::Attributes),
        "expressions-depth" => Box::new(expressions::Depth),
        "expressions-functions" => Box::new(expressions::Functions),
        "expressions-tokens" => Box::new(expressions::Tokens),
        "foreign" => Box::new(foreign::Foreign),
        "foreign-filter-state" => Box::new(foreign::FilterState),
        "foreign-property" => Box::new(foreign::DeclareProperty),
        "grpc-call" => Box::new(grpc::Call),
        "grpc-stream" => Box::new(grpc::Stream::default()),
        "grpc-wrong" => Box::new(grpc::Wrong),
        "headers" => Box::new(headers::Outside),
        "headers-response" => Box::new(headers::InResponse),
        "log" => Box::new(system::Log),
        "metrics" => Box::new(metrics::Metrics),
        "pause-continue" => Box::new(pausing::ContinueLater::default()),
        "pause-data" => Box::new(pausing::PauseData),
        "pause-new" => Box::new(pausing::PauseNew::default()),
        "pause-unread" => Box::new(pausing::PauseUnread),
        "pause-release" => Box::new(pausing::Release),
        "pause-upstream" => Box::new(pausing::PauseUpstream::default()),
        "pause-write" => Box::new(pausing::WriteWhilePaused::default()),
        "pointers" => Box::new(system::Pointers),
        "properties" => Box::new(properties::Properties),
        "properties-sizes" => Box::new(properties::Sizes),
        "properties-set" => Box::new(properties::Set),
        "queues" => Box::new(shared::Queues::default()),
        "refuse-configure" => Box::new(system::Refuse { at_start: false }),
        "refuse-start" => Box::new(system::Refuse { at_start: true }),
        "shared-data" => Box::new(shared::Data),
        "streams" => Box::new(events::Streams),
        "system" => Box::new(system::System),
        "tick" => Box::new(ticking::Tick::default()),
        "tick-stream" => Box::new(ticking::FromStream::default()),
        "trap-configure" => Box::new(trapping::Trap::in_callback("configure")),
        "trap-data" => Box::new(trapping::Trap::in_callback("data")),
        "trap-memory" => Box::new(trapping::Memory),
        "trap-new" => Box::new(trapping::Trap::in_callback("new")),
        "trap-other" => Box::new(trapping::Other::default()),
        "trap-start" => Box::new(trapping::Trap::in_callback("start")),
        "trap-tick" => Box::new(trapping::Trap::in_callback("tick")),
        "trap-upstream" => Box::new(trapping::Trap::in_callback("upstream")),
        "wasi" => Box::new(wasi::Wasi),
        "wasi-exit" => Box::new(wasi::Exit),
        _ => {
            say!("there is no probe {name:?}");
            Box::new(events::Events)
        }
    }
}
