//! A host with a clock that stands still until it is told to go on.

use crate::io::{ConnectionId, Endpoints, HostTraits, Input, Output, Task};
use crate::policy::Policy;
use crate::registry::HashKey;
use crate::registry::bucket::{Bucket, ClientEntry};
use crate::shared::{Memory, SharedData};
use crate::time::{Instant, Now};
use crate::worker::Worker;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

/// The wall clock at the beginning.
pub const EPOCH: u64 = 1_700_000_000;

pub struct SomeHost<S> {
    pub worker: Worker<S>,
    pub millis: u64,
}

pub fn policy(json: &str) -> Arc<Policy> {
    Arc::new(Policy::unwatched(json))
}

/// The client whose address ends like this.
pub fn client(number: u8) -> IpAddr {
    [203, 0, 113, number].into()
}

/// A worker of a host of its own.
pub fn alone(json: &str) -> SomeHost<Rc<Memory>> {
    SomeHost::new(&Rc::default(), json)
}

impl<S: SharedData> SomeHost<Rc<S>> {
    /// One of the workers that share this.
    pub fn new(shared: &Rc<S>, json: &str) -> Self {
        let host = HostTraits { teases: true, hash_key: [7; 16] };
        Self { worker: Worker::new(Rc::clone(shared), policy(json), host), millis: 0 }
    }

    pub fn now(&self) -> Now {
        Now { instant: Instant::from_millis(self.millis), unix: EPOCH + self.millis / 1_000 }
    }

    /// Moves on to this time after the beginning.
    pub fn at(&mut self, millis: u64) -> &mut Self {
        self.millis = millis;
        self
    }

    /// Just the input.
    pub fn give(&mut self, connection: u64, input: Input<'_>) -> Vec<Task> {
        self.worker.handle(ConnectionId(connection), input, self.now())
    }

    pub fn opens(&mut self, connection: u64, client: IpAddr) -> Vec<Task> {
        let (client, server) = (SocketAddr::new(client, 4711), SocketAddr::new([198, 51, 100, 1].into(), 25));
        self.give(connection, Input::ClientOpened(Some(Endpoints { client, server })))
    }

    pub fn wakes(&mut self) -> Vec<Task> {
        self.give(0, Input::DeadlineReached)
    }

    pub fn has(&self, connection: u64) -> bool {
        self.worker.has(ConnectionId(connection))
    }

    /// Sessions of a client that all workers count.
    pub fn counted(&self, client: IpAddr) -> u32 {
        let shared = self.worker.shared();
        let bucket = HashKey::of(shared).bucket_of(client, self.worker.policy.cache.buckets);
        let stored = shared.fetch(&format!("postscreen.clients.{bucket}")).ok().flatten();
        let bucket = Bucket::decode(&stored.map_or(Vec::new(), |(bytes, _)| bytes));
        bucket.find(client).map_or(0, ClientEntry::sessions)
    }
}

/// The numbers of the questions.
pub fn questions(tasks: &[Task]) -> Vec<u32> {
    let question = |task: &Task| match task.output {
        Output::AskDns { question, .. } => Some(question),
        _ => None,
    };
    tasks.iter().filter_map(question).collect()
}

/// The log, with the connections that the lines are about.
pub fn lines(tasks: &[Task]) -> Vec<(Option<u64>, &str)> {
    let line = |task| match task {
        &Task { connection, output: Output::Log(ref line) } => Some((connection.map(|id| id.0), &*line.text)),
        _ => None,
    };
    tasks.iter().filter_map(line).collect()
}

/// Whether this is to be done for a connection.
pub fn has(tasks: &[Task], connection: u64, output: &Output) -> bool {
    tasks.iter().any(|task| task.connection == Some(ConnectionId(connection)) && task.output == *output)
}

/// What is added to a series by `tasks`.
pub fn counted(tasks: &[Task], series: &str) -> u32 {
    let by = |task: &Task| match &task.output {
        Output::Count(name, by) if name.as_str() == series => *by,
        _ => 0,
    };
    tasks.iter().map(by).sum()
}

/// The samples that `tasks` add to a histogram.
pub fn samples(tasks: &[Task], series: &str) -> Vec<u32> {
    let sample = |task: &Task| match &task.output {
        Output::Sample(name, value) if name.as_str() == series => Some(*value),
        _ => None,
    };
    tasks.iter().filter_map(sample).collect()
}
