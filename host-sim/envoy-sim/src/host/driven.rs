//! The host as its drivers see it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use super::{Host, StreamLocation};
use crate::Now;
use crate::callout::Response;
use crate::dispatcher::{Dispatcher, Thread};
use crate::driven::{Driven, Refusal, Unseen};
use crate::event::{ConnectionId, Effect, Input, VmId};

impl Driven for Host {
    fn accept(
        &mut self,
        client: SocketAddr,
        server: SocketAddr,
        worker: Option<usize>,
        now: Now,
    ) -> ConnectionId {
        let turn = usize::try_from(self.last_connection).unwrap_or(0);
        let number = worker.unwrap_or(turn) % self.workers.len();
        self.last_connection += 1;
        let id = ConnectionId(self.last_connection);
        let thread = &mut self.workers[number];
        let (generation, context) = thread.accept((id, client, server), &self.module, &self.shared, now);
        self.connections.insert(id, StreamLocation { worker: number, generation, context });
        self.finish(VmId::Worker(number));
        self.deliver_posts(now);
        id
    }

    fn handle(&mut self, input: Input, now: Now) {
        match input {
            Input::ClientBytes { connection, bytes, end } => {
                self.on(connection, now, |dispatcher, context| dispatcher.client_bytes(context, bytes, end));
            }
            Input::ClientReset { connection } => self.on(connection, now, Dispatcher::client_reset),
            Input::ClientCongested { connection, congested } => {
                self.on(connection, now, |dispatcher, context| {
                    dispatcher.client_congested(context, congested);
                });
            }
            Input::UpstreamConnected { connection, ends } => {
                self.on(connection, now, |dispatcher, context| dispatcher.upstream_connected(context, ends));
            }
            Input::UpstreamRefused { connection } => self.on(connection, now, Dispatcher::upstream_refused),
            Input::UpstreamBytes { connection, bytes, end } => {
                self.on(connection, now, |dispatcher, context| {
                    dispatcher.upstream_bytes(context, bytes, end);
                });
            }
            Input::UpstreamReset { connection } => self.on(connection, now, Dispatcher::upstream_reset),
            Input::UpstreamCongested { connection, congested } => {
                self.on(connection, now, |dispatcher, context| {
                    dispatcher.upstream_congested(context, congested);
                });
            }
            Input::HttpResponse { call, mut headers, body, trailers } => {
                // Envoy tells how long the server took. Here no time passes between its answer and this.
                headers.push((b"x-envoy-upstream-service-time".to_vec(), b"0".to_vec()));
                self.answer(call, Response { headers, body, trailers, reset: false }, now);
            }
            Input::HttpFailure { call, failure } => {
                self.answer(call, Response::from_failure(failure, self.shared.settings.profile), now);
            }
            Input::Grpc { call, event } => {
                self.on_machine(call.vm, now, |dispatcher| dispatcher.grpc_event(call.token, event));
            }
            Input::DnsAnswer { call, answer } => {
                self.on_machine(call.vm, now, |dispatcher| {
                    dispatcher.dns_answer(call.token, answer.as_deref());
                });
            }
            Input::TimePassed => self.time_passed(now),
        }
        self.deliver_posts(now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn next_deadline(&self) -> Option<Duration> {
        let post = self.shared.queues.borrow().has_posted().then_some(self.now);
        self.threads().filter_map(|(_, thread)| thread.next_deadline()).chain(post).min()
    }

    fn metrics(&self) -> BTreeMap<String, i64> {
        self.shared.metrics.borrow().all()
    }

    fn open_connections(&self) -> usize {
        self.workers.iter().map(Thread::streams).sum()
    }

    fn worker_of(&self, connection: ConnectionId) -> Option<usize> {
        self.connections.get(&connection).map(|location| location.worker)
    }

    fn failed_workers(&self) -> Vec<usize> {
        (0..self.workers.len()).filter(|number| self.workers[*number].failed()).collect()
    }

    fn reconfigure(&mut self, configuration: String, now: Now) -> Result<(), Refusal> {
        Self::reconfigure(self, configuration, now)
            .map_err(|error| Refusal { headline: error.headline(), text: error.with_log() })
    }

    fn shared_data(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unseen> {
        Ok(Self::shared_data(self, key))
    }
}
