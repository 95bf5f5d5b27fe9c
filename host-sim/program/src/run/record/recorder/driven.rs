//! The recorder in the host's place.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use envoy_sim::{ConnectionId, Effect, Input};
use envoy_sim::{Driven, Now, Refusal, Unseen};

use super::Recorder;
use crate::run::record::changes::changes;
use crate::run::record::{Lane, What};

impl Driven for Recorder {
    fn accept(
        &mut self,
        client: SocketAddr,
        server: SocketAddr,
        worker: Option<usize>,
        now: Now,
    ) -> ConnectionId {
        self.now = now.monotonic;
        let connection = self.host.accept(client, server, worker, now);
        let mut record = self.record.borrow_mut();
        let (name, began) = (client.to_string(), self.now);
        let worker = self.host.worker_of(connection);
        record.lanes.push(Lane { connection, name, client, worker, began, ended: None, verdict: None });
        let lane = record.lanes.len() - 1;
        record.push(self.now, Some(lane), What::Connected { from: client });
        connection
    }

    fn handle(&mut self, input: Input, now: Now) {
        self.now = now.monotonic;
        self.input(&input);
        self.host.handle(input, now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        let effect = self.host.poll_effect()?;
        self.effect(&effect);
        Some(effect)
    }

    fn next_deadline(&self) -> Option<Duration> {
        self.host.next_deadline()
    }

    fn metrics(&self) -> BTreeMap<String, i64> {
        self.host.metrics()
    }

    fn open_connections(&self) -> usize {
        self.host.open_connections()
    }

    fn worker_of(&self, connection: ConnectionId) -> Option<usize> {
        self.host.worker_of(connection)
    }

    fn failed_workers(&self) -> Vec<usize> {
        self.host.failed_workers()
    }

    fn reconfigure(&mut self, configuration: String, now: Now) -> Result<(), Refusal> {
        self.now = now.monotonic;
        let changes = changes(&self.configuration, &configuration);
        let done = self.host.reconfigure(configuration.clone(), now);
        let refused = done.as_ref().err().map(|refusal| refusal.headline.clone());
        if refused.is_none() {
            self.configuration = configuration;
        }
        self.push_placed(Some((None, What::Reconfigured { changes, refused })));
        done
    }

    fn shared_data(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unseen> {
        self.host.shared_data(key)
    }
}
