//! Functions that answer at once: each is asked for everything that it can say.

use crate::probe::Step::{Connect, End};
use crate::probe::{Probe, send, serve, serve_last};

pub(super) fn all() -> Vec<Probe> {
    let visit = || vec![Connect, End(0)];
    let talk = || vec![Connect, send(0, "abcdef"), serve(0, "ghijkl"), End(0)];
    let environment = |setup: &mut crate::probe::Setup| {
        setup.environment.insert("FIRST".into(), "one".into());
        setup.environment.insert("SECOND".into(), "two words".into());
    };
    vec![
        Probe::new("log", visit()),
        Probe::new("system", talk()),
        Probe::new("pointers", visit()),
        Probe::new("contexts", visit()),
        Probe::new("contexts-done", visit()),
        Probe::new("contexts-foreign", vec![Connect, Connect, send(0, "first"), send(1, "second"), End(0)]),
        Probe::new("streams", talk()),
        Probe::new("tick", visit()),
        Probe::new("tick-stream", visit()),
        Probe::new("properties", vec![Connect, serve(0, "hello")]),
        Probe::new(
            "properties-sizes",
            vec![
                Connect,
                send(0, "abc"),
                send(0, "abcde"),
                send(0, "abcdefg"),
                serve(0, "hello"),
                serve(0, "you"),
                End(0),
                serve_last(0, "bye"),
            ],
        ),
        Probe::new("properties-set", vec![Connect, End(0)]),
        Probe::new("expressions", visit()),
        Probe::new("expressions-attributes", vec![Connect, serve(0, "hello"), End(0)]),
        Probe::new("expressions-depth", visit()),
        Probe::new("expressions-functions", visit()),
        Probe::new("expressions-tokens", visit()),
        Probe::new("foreign", visit()),
        Probe::new("foreign-filter-state", visit()),
        Probe::new("foreign-property", visit()),
        Probe::new("shared-data", visit()),
        Probe::new("queues", visit()),
        Probe::new("headers", visit()),
        Probe::new("metrics", visit()),
        Probe::new("wasi", visit()).with(environment),
        Probe::new("wasi-exit", visit()),
    ]
}
