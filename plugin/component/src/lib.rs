//! `postscreen.component.wasm`: the screening engine as a component that imports nothing.
//!
//! The contract is `wit/screen.wit`. Every function here translates one type into another; there is nothing to decide.

#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod translate;

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use translate::{input, now, output, problem};

#[allow(
    clippy::pedantic,
    missing_docs,
    unsafe_code,
    reason = "generated from the WIT, where the documentation is"
)]
mod bindings {
    wit_bindgen::generate!({ world: "screen", path: "../../wit" });
    export!(Component with_types_in self);

    use super::Component;
}

use bindings::exports::postscreen::screen::screening;

struct Component;

impl screening::Guest for Component {
    type Policy = Policy;
    type Session = Session;

    fn metrics() -> Vec<screening::Metric> {
        translate::metrics()
    }
}

/// A policy that sessions share.
struct Policy(Arc<postscreen_engine::Policy>);

impl screening::GuestPolicy for Policy {
    fn parse(json: Vec<u8>) -> Result<screening::Policy, screening::Problem> {
        let policy = postscreen_engine::Policy::parse(&json).map_err(|error| problem(&error))?;
        Ok(screening::Policy::new(Self(Arc::new(policy))))
    }
}

/// A session; components are single-threaded and not re-entered.
struct Session(RefCell<postscreen_engine::Session>);

impl screening::GuestSession for Session {
    fn open(
        policy: screening::PolicyBorrow<'_>,
        client: String,
        server: String,
    ) -> Result<screening::Session, String> {
        let endpoints = postscreen_engine::Endpoints {
            client: address("client", &client)?,
            server: address("server", &server)?,
        };
        let policy = policy.get::<Policy>().0.clone();
        let session = postscreen_engine::Session::new(policy, endpoints);
        Ok(screening::Session::new(Self(RefCell::new(session))))
    }

    fn handle(&self, what: screening::Input, when: screening::Now) -> Vec<screening::Output> {
        let outputs = self.0.borrow_mut().handle(input(&what), now(when));
        outputs.into_iter().map(output).collect()
    }

    fn deadline(&self) -> Option<u64> {
        self.0.borrow().deadline().map(postscreen_engine::Instant::as_millis)
    }

    fn over(&self) -> bool {
        self.0.borrow().is_over()
    }
}

fn address(role: &str, text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{role} address {text:?}: expected IP:PORT or [IPv6]:PORT"))
}
