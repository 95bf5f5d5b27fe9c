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

use postscreen_engine::shared::Memory;
use postscreen_engine::{ConnectionId, Input, Instant};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use translate::{endpoints, host, input, metric, now, problem, task};

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

thread_local! {
    /// Where the workers of this instance meet. It lives as long as the instance does.
    static MEMORY: Rc<Memory> = Rc::default();
}

struct Component;

impl screening::Guest for Component {
    type Policy = Policy;
    type Worker = Worker;
}

/// A policy that workers share.
struct Policy(Arc<postscreen_engine::Policy>);

impl screening::GuestPolicy for Policy {
    fn parse(json: Vec<u8>) -> Result<screening::Policy, screening::Problem> {
        let policy = postscreen_engine::Policy::parse(&json).map_err(|error| problem(&error))?;
        Ok(screening::Policy::new(Self(Arc::new(policy))))
    }

    fn metrics(&self) -> Vec<screening::Metric> {
        self.0.catalogue().series().iter().map(metric).collect()
    }
}

/// A worker; components are single-threaded and not re-entered.
struct Worker(RefCell<postscreen_engine::Worker<Rc<Memory>>>);

impl screening::GuestWorker for Worker {
    fn new(policy: screening::PolicyBorrow<'_>, about: screening::Host) -> Self {
        let policy = Arc::clone(&policy.get::<Policy>().0);
        Self(RefCell::new(postscreen_engine::Worker::new(MEMORY.with(Rc::clone), policy, host(about))))
    }

    fn set_policy(&self, policy: screening::PolicyBorrow<'_>) {
        self.0.borrow_mut().set_policy(Arc::clone(&policy.get::<Policy>().0));
    }

    fn accept(
        &self,
        connection: u64,
        ends: Option<screening::Endpoints>,
        when: screening::Now,
    ) -> Result<Vec<screening::Task>, String> {
        let opened = Input::ClientOpened(ends.map(|ends| endpoints(&ends)).transpose()?);
        let tasks = self.0.borrow_mut().handle(ConnectionId(connection), opened, now(when));
        Ok(tasks.into_iter().map(task).collect())
    }

    fn handle(&self, connection: u64, what: screening::Input, when: screening::Now) -> Vec<screening::Task> {
        let tasks = self.0.borrow_mut().handle(ConnectionId(connection), input(&what), now(when));
        tasks.into_iter().map(task).collect()
    }

    fn deadline(&self) -> Option<u64> {
        self.0.borrow().deadline().map(Instant::as_millis)
    }
}
