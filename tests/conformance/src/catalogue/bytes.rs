//! Bytes on their way, paused, changed, lost; and connections that end in every way.

use crate::probe::Step::{Connect, End, Reset, ServeReset};
use crate::probe::{Probe, send, serve, serve_last, wait};

pub(super) fn all() -> Vec<Probe> {
    let events = |name, script| Probe::again(name, "events", script);
    vec![
        Probe::new("buffers", vec![Connect, send(0, "abc"), serve(0, "def"), serve_last(0, "ghi"), Reset(0)]),
        Probe::new("buffers-configuration", vec![Connect, End(0)]),
        Probe::new("buffers-downstream", vec![Connect, send(0, "abcdef"), End(0)]),
        Probe::new("buffers-upstream", vec![Connect, serve(0, "abcdef"), serve_last(0, "ghijkl"), End(0)]),
        Probe::new("data", vec![Connect, send(0, "one"), serve(0, "two"), send(0, "three"), End(0)]),
        Probe::new(
            "data-swallow",
            vec![Connect, send(0, "one"), serve(0, "two"), serve_last(0, "three"), End(0)],
        ),
        Probe::new("pause-new", vec![Connect, send(0, "early"), send(0, "go"), send(0, "late"), End(0)]),
        Probe::new("pause-unread", vec![Connect, send(0, "early"), wait(1000), send(0, "late"), End(0)])
            .with(|setup| setup.early_data = None),
        Probe::again("pause-new-gone", "pause-new", vec![Connect, send(0, "early"), Reset(0)]),
        Probe::again("pause-new-end", "pause-new", vec![Connect, send(0, "go"), End(0)]),
        Probe::new("pause-release", vec![Connect, send(0, "go"), serve(0, "gone"), End(0)]),
        Probe::new("pause-data", vec![Connect, send(0, "abcd"), send(0, "efgh"), send(0, "ijkl"), End(0)]),
        Probe::again(
            "pause-data-end",
            "pause-data",
            vec![Connect, send(0, "abcd"), End(0), serve_last(0, "bye")],
        ),
        Probe::new("pause-continue", vec![Connect, send(0, "one"), send(0, "two"), send(0, "three"), End(0)]),
        Probe::new("pause-write", vec![Connect, send(0, "abc"), send(0, "def"), End(0)]),
        Probe::new("pause-upstream", vec![Connect, serve(0, "one"), serve(0, "two"), End(0)]),
        Probe::again(
            "pause-upstream-end",
            "pause-upstream",
            vec![Connect, serve(0, "one"), serve_last(0, "two")],
        ),
        Probe::new("close-new", vec![Connect]),
        Probe::new("close-downstream", vec![Connect, send(0, "bye")]),
        Probe::new("close-upstream", vec![Connect, serve(0, "welcome")]),
        Probe::new("close-later", vec![Connect, serve(0, "welcome")]),
        Probe::new("close-twice", vec![Connect, send(0, "bye")]),
        events("end-client-first", vec![Connect, send(0, "a"), End(0), serve_last(0, "b")]),
        events("end-server-first", vec![Connect, serve_last(0, "a"), send(0, "b"), End(0)]),
        events("end-client-reset", vec![Connect, send(0, "a"), serve(0, "b"), Reset(0)]),
        events("end-server-reset", vec![Connect, send(0, "a"), serve(0, "b"), ServeReset(0)]),
        events("end-server-refuses", vec![Connect, send(0, "a")]).with(|setup| setup.backend = false),
        events("two-clients", vec![Connect, Connect, send(1, "a"), send(0, "b"), End(1), End(0)]),
        events("no-early-data", vec![Connect, send(0, "a"), serve(0, "b"), End(0)])
            .with(|setup| setup.early_data = None),
        events("empty-messages", vec![Connect, send(0, ""), serve(0, ""), End(0)]),
    ]
}
