//! Workers of one host, their clients and ten lists, on a clock that goes on by itself.

use super::clients::address;
use super::dns::{Answer, Dns};
use crate::io::{ConnectionId, Destination, DnsFailure, Endpoints, HostTraits, Input, Output, Task};
use crate::metric::{ListMeasure, Measure, SeriesName};
use crate::policy::Policy;
use crate::shared::Memory;
use crate::time::{Instant, Now};
use crate::verdict::Verdict;
use crate::worker::Worker;
use crate::worker::tests::host::EPOCH;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

/// What became of a client.
#[derive(Clone, Copy, Debug)]
pub struct End {
    pub came_at: u64,
    pub at: u64,
    pub refused: bool,
}

pub struct World {
    dns: Dns,
    workers: Vec<Worker<Rc<Memory>>>,
    /// The gauge of the list that goes mad.
    gauge: SeriesName,
    /// What happens next, by time and order.
    events: BTreeMap<(u64, u64), Event>,
    last: u64,
    millis: u64,
    came_at: BTreeMap<u16, u64>,
    pub ends: BTreeMap<u16, End>,
    /// When the list was muted, and when it was well again.
    pub mutings: Vec<(u64, bool)>,
    /// What the log says of how lists are.
    pub lines: Vec<String>,
}

enum Event {
    Comes { client: u16 },
    Answer { worker: usize, question: u32, says: Result<Vec<u8>, DnsFailure> },
    BackendAnswers { worker: usize, client: u16 },
}

impl World {
    pub fn new(policy: &Arc<Policy>, dns: Dns, workers: usize) -> Self {
        let memory = Rc::<Memory>::default();
        let host = HostTraits { teases: true, hash_key: [7; 16] };
        let worker = |_| Worker::new(Rc::clone(&memory), Arc::clone(policy), host);
        let muted = Measure::List(dns.list, ListMeasure::Muted);
        Self {
            workers: (0..workers).map(worker).collect(),
            gauge: policy.catalogue().name(muted).unwrap().clone(),
            dns,
            events: BTreeMap::new(),
            last: 0,
            millis: 0,
            came_at: BTreeMap::new(),
            ends: BTreeMap::new(),
            mutings: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Lets these clients come at these times.
    pub fn expect(&mut self, clients: impl Iterator<Item = (u16, u64)>) {
        for (client, at) in clients {
            self.after(at - self.millis, Event::Comes { client });
        }
    }

    /// Goes on until nobody is there any more.
    pub fn play(&mut self) {
        loop {
            let event = self.events.first_key_value().map(|(&(at, _), _)| at);
            let due = (0..self.workers.len()).filter_map(|number| self.due(number)).min();
            if event.is_none() && self.workers.iter().all(|worker| worker.sessions() == 0) {
                return;
            }
            match due {
                Some((at, worker)) if event.is_none_or(|event| at <= event) => {
                    self.millis = self.millis.max(at);
                    self.give(worker, ConnectionId(0), Input::DeadlineReached);
                }
                _ => self.happens(),
            }
        }
    }

    /// Whether the list is muted at this time, as far as it is known by now.
    pub fn muted_at(&self, at: u64) -> bool {
        self.mutings.iter().rev().find(|&&(since, _)| since <= at).is_some_and(|&(_, is_muted)| is_muted)
    }

    fn due(&self, worker: usize) -> Option<(u64, usize)> {
        self.workers[worker].deadline().map(|at| (at.as_millis(), worker))
    }

    fn happens(&mut self) {
        let Some(((at, _), event)) = self.events.pop_first() else { panic!("somebody waits for nothing") };
        self.millis = at;
        match event {
            Event::Comes { client } => {
                self.came_at.insert(client, at);
                let server = SocketAddr::new([198, 51, 100, 1].into(), 25);
                let endpoints = Endpoints { client: SocketAddr::new(address(client), 4711), server };
                // Two that come at the same time come to two workers.
                let worker = usize::from(client + client / 10) % self.workers.len();
                self.give(worker, ConnectionId(client.into()), Input::ClientOpened(Some(endpoints)));
            }
            Event::Answer { worker, question, says } => {
                let answer = says.as_deref().map_err(|&failure| failure);
                self.give(worker, ConnectionId(0), Input::DnsAnswer { question, answer });
            }
            Event::BackendAnswers { worker, client } => {
                self.give(worker, ConnectionId(client.into()), Input::BackendAnswered);
            }
        }
    }

    fn give(&mut self, worker: usize, connection: ConnectionId, input: Input<'_>) {
        let now = Now { instant: Instant::from_millis(self.millis), unix: EPOCH + self.millis / 1_000 };
        let tasks = self.workers[worker].handle(connection, input, now);
        for task in tasks {
            self.carry_out(worker, task);
        }
    }

    fn carry_out(&mut self, worker: usize, Task { connection, output }: Task) {
        let client = connection.map(|ConnectionId(number)| u16::try_from(number).unwrap());
        match (output, client) {
            (Output::AskDns { question, message, timeout }, _) => {
                let timeout = u64::try_from(timeout.as_millis()).unwrap();
                let Answer { after, says } = self.dns.answer(&message, self.millis, timeout);
                self.after(after, Event::Answer { worker, question, says });
            }
            (Output::Dial(Destination::Backend), Some(client)) => {
                self.after(0, Event::BackendAnswers { worker, client });
            }
            (Output::Verdict(verdict), Some(client)) => {
                let refused = match verdict {
                    Verdict::PassNew => false,
                    Verdict::Dnsbl => true,
                    other => panic!("{client}: {other}"),
                };
                let end = End { came_at: self.came_at[&client], at: self.millis, refused };
                assert!(self.ends.insert(client, end).is_none(), "one verdict each");
            }
            (Output::Gauge(series, value), _) if series.is(&self.gauge) => {
                let is_muted = value == 1;
                if self.muted_at(self.millis) != is_muted {
                    self.mutings.push((self.millis, is_muted));
                }
            }
            (Output::Log(line), None) if !line.text.contains("dnsblog") => self.lines.push(line.text),
            _ => {}
        }
    }

    fn after(&mut self, millis: u64, event: Event) {
        self.last += 1;
        self.events.insert((self.millis + millis, self.last), event);
    }
}
