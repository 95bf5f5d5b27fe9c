//! Filters that know nothing of this project: what runs in Envoy must run in host-sim.

use crate::probe::Step::{Connect, End};
use crate::probe::{Probe, send, serve, serve_last};

pub(super) fn all() -> Vec<Probe> {
    let visit = || {
        let talk = [send(0, "EHLO me\r\n"), serve(0, "250 mx\r\n"), serve_last(0, "221 bye\r\n"), End(0)];
        [Connect, serve(0, "220 mx ESMTP\r\n")].into_iter().chain(talk).collect()
    };
    vec![
        Probe::file("third-party-rust", "tcp_routing.wasm", visit()),
        Probe::file("third-party-c", "greeter.wasm", visit()),
    ]
}
