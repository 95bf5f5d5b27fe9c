//! What a driver needs of a host, whichever ABI the host speaks to its module.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::Now;
use crate::event::{ConnectionId, Effect, Input};

/// Why a host has kept the configuration that it had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason in one line: the module's own words where it has said any.
    pub headline: String,
    /// Everything that was said, line by line.
    pub text: String,
}

/// Data that is kept where only the program under test can look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unseen;

/// A host as its drivers see it: one listener and one module, without a socket, a clock or a thread.
///
/// The vocabulary and its rules are those of [`crate::Host`], the host for Proxy-Wasm modules.
pub trait Driven {
    /// A client has connected. Without `worker` the workers take turns; a number that no worker has wraps around.
    fn accept(
        &mut self,
        client: SocketAddr,
        server: SocketAddr,
        worker: Option<usize>,
        now: Now,
    ) -> ConnectionId;

    /// Something has happened. What concerns a connection or a call that is gone is ignored.
    fn handle(&mut self, input: Input, now: Now);

    /// The next thing to do, in order.
    fn poll_effect(&mut self) -> Option<Effect>;

    /// When [`Input::TimePassed`] is due, on the monotonic clock; `None`: never.
    fn next_deadline(&self) -> Option<Duration>;

    /// Every metric that was defined, by name (without Envoy's `wasmcustom.`), with its value.
    fn metrics(&self) -> BTreeMap<String, i64>;

    /// Connections that have not ended.
    fn open_connections(&self) -> usize;

    /// The worker that has an open connection.
    fn worker_of(&self, connection: ConnectionId) -> Option<usize>;

    /// Workers whose machine has trapped; what new clients meet there is up to [`crate::Settings::failure_policy`].
    fn failed_workers(&self) -> Vec<usize>;

    /// Replaces the module's configuration.
    ///
    /// # Errors
    /// [`Refusal`] when it stays as it was.
    fn reconfigure(&mut self, configuration: String, now: Now) -> Result<(), Refusal>;

    /// The value under `key` in the data that the workers share.
    ///
    /// # Errors
    /// [`Unseen`] where they share inside the program under test.
    fn shared_data(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unseen>;
}
