//! One or two workers with one store, and all that happens to them.

use super::followed::Followed;
use super::said::{self, BUCKETS_MAX, OTHER_KEYS_MAX};
use crate::io::{ConnectionId, Destination, DnsFailure, Endpoints, HostTraits, Input, Output, Task};
use crate::line::TEXT_MAX;
use crate::lookups::UNWAITED_MAX;
use crate::policy::Policy;
use crate::registry::bucket::{BUCKET_LEN_MAX, Bucket, ClientEntry};
use crate::registry::{LEASE_S, Load, totals};
use crate::shared::SharedData;
use crate::shared::rivals::UnreliableStore;
use crate::time::{Instant, Now};
use crate::verdict::Verdict;
use crate::worker::Worker;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hasher};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

/// Connections of a worker at the same time, at most.
const CONNECTIONS: u64 = 24;
/// Questions that a host still knows of, of all that were asked.
const QUESTIONS_MAX: usize = 64;
/// The longest line: the start of a warning is not the client's.
const LINE_MAX: usize = "warning: ".len() + TEXT_MAX;

pub struct World {
    random: fastrand::Rng,
    store: Rc<UnreliableStore>,
    policies: Vec<Arc<Policy>>,
    clients: Vec<IpAddr>,
    hosts: Vec<RandomHost>,
    now: Now,
    /// What came out, if that is to be compared.
    digest: Option<Digest>,
    /// How often each verdict was given.
    pub verdicts: BTreeMap<Verdict, u64>,
}

/// A worker, and what its host knows.
struct RandomHost {
    worker: Worker<Rc<UnreliableStore>>,
    policy: Arc<Policy>,
    teases: bool,
    connections: BTreeMap<ConnectionId, Followed>,
    questions: Vec<(u32, Vec<u8>)>,
}

#[derive(Default)]
struct Digest(DefaultHasher);

impl Write for Digest {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

impl World {
    pub fn new(seed: u64, compares: bool) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let fails_one_in = [0, 0, 0, 20, 3][random.usize(..5)];
        let store = Rc::new(UnreliableStore::new(random.u64(..), fails_one_in));
        let policies = said::policies();
        let mut host = |_| {
            let (policy, teases) = (Arc::clone(&policies[random.usize(..policies.len())]), random.bool());
            let host = HostTraits { teases, hash_key: random.u128(..).to_be_bytes() };
            let worker = Worker::new(Rc::clone(&store), Arc::clone(&policy), host);
            RandomHost { worker, policy, teases, connections: BTreeMap::new(), questions: Vec::new() }
        };
        let hosts = (0..=usize::from(seed.is_multiple_of(2))).map(&mut host).collect();
        let now = Now { instant: Instant::from_millis(random.u64(..1_000_000)), unix: 1_795_000_000 };
        let digest = compares.then(Digest::default);
        Self {
            random,
            store,
            policies,
            clients: said::clients(),
            hosts,
            now,
            digest,
            verdicts: BTreeMap::new(),
        }
    }

    /// What came out, in short.
    pub fn digest(&self) -> u64 {
        self.digest.as_ref().map_or(0, |digest| digest.0.finish())
    }

    /// Gives some input to some worker.
    pub fn step(&mut self) {
        self.time_passes();
        let number = self.random.usize(..self.hosts.len());
        let connection = ConnectionId(self.random.u64(..CONNECTIONS));
        match self.random.u32(..1_000) {
            0..140 => self.opens(number, connection),
            140..150 => self.give(number, connection, Input::ClientOpened(None)),
            150..450 => {
                let bytes = said::bytes(&mut self.random, &self.clients);
                self.give(number, connection, Input::ClientBytes(&bytes));
            }
            450..500 => self.give(number, connection, Input::ClientEnd),
            500..600 => self.give(number, connection, Input::ClientClosed),
            600..640 => self.give(number, connection, Input::BackendAnswered),
            640..860 => self.answer(number),
            860..998 => self.give(number, connection, Input::DeadlineReached),
            _ => {
                let policy = &self.policies[self.random.usize(..self.policies.len())];
                let host = &mut self.hosts[number];
                host.policy = Arc::clone(policy);
                host.worker.set_policy(Arc::clone(policy));
            }
        }
    }

    /// Mostly a little; now and then up to the next deadline, or much. The wall clock is set now and then.
    fn time_passes(&mut self) {
        let millis = match self.random.u32(..4_000) {
            0..2_800 => 0,
            2_800..3_700 => self.random.u64(..40),
            3_700..3_900 => self.random.u64(..3_000),
            3_900..3_996 => {
                let deadline = self.hosts.iter().filter_map(|host| host.worker.deadline()).min();
                let wait =
                    deadline.map_or(0, |at| at.as_millis().saturating_sub(self.now.instant.as_millis()));
                wait.min(100_000)
            }
            3_996 => self.random.u64(..100_000_000),
            3_997 => {
                self.now.unix = self.now.unix.saturating_sub(self.random.u64(..10_000));
                0
            }
            _ => self.random.u64(..200_000),
        };
        let later = self.now.instant.as_millis() + millis;
        self.now.unix += later / 1_000 - self.now.instant.as_millis() / 1_000;
        self.now.instant = Instant::from_millis(later);
    }

    fn opens(&mut self, number: usize, connection: ConnectionId) {
        let (client, server) = said::endpoints(&mut self.random, &self.clients);
        self.give(number, connection, Input::ClientOpened(Some(Endpoints { client, server })));
    }

    /// Some answer to a question under way, to one that was answered before, or to none.
    fn answer(&mut self, number: usize) {
        let random = &mut self.random;
        let asked = &mut self.hosts[number].questions;
        if asked.is_empty() {
            return self.give(number, ConnectionId(0), Input::DnsAnswer { question: 7, answer: Ok(b"") });
        }
        let place = random.usize(..asked.len());
        let (mut question, message) = asked[place].clone();
        let answer = match random.u8(..16) {
            0 => Err(DnsFailure::Timeout),
            1 => Err(DnsFailure::HttpStatus(random.u16(500..506))),
            2 => Err(DnsFailure::Unreachable),
            3 => Ok(asked[random.usize(..asked.len())].1.clone()),
            _ => Ok(said::dns_answer(random, &message)),
        };
        match random.u8(..16) {
            0 => question = random.u32(..1_000),
            // It may come again.
            1 => {}
            _ => _ = asked.swap_remove(place),
        }
        let answer = answer.as_deref().map_err(|&failure| failure);
        self.give(number, ConnectionId(0), Input::DnsAnswer { question, answer });
    }

    fn give(&mut self, number: usize, connection: ConnectionId, input: Input<'_>) {
        let mut now = self.now;
        let untimely = matches!(input, Input::DnsAnswer { .. } | Input::BackendAnswered);
        if untimely && self.random.bool() {
            now.instant = Instant::from_millis(now.instant.as_millis().saturating_sub(self.random.u64(..50)));
        }
        let host = &mut self.hosts[number];
        let before = host.connections.remove(&connection);
        let had = host.worker.has(connection);
        assert_eq!(had, before.is_some(), "the host and its worker disagree");
        if let Some(followed) = before {
            host.connections.insert(connection, followed);
        }
        if let (Input::ClientBytes(bytes), Some(followed)) = (input, host.connections.get_mut(&connection)) {
            followed.early += if followed.dialled.is_none() { bytes.len() } else { 0 };
        }
        let tasks = host.worker.handle(connection, input, now);
        if let Some(digest) = &mut self.digest {
            write!(digest, "{tasks:?}").unwrap();
        }
        match input {
            Input::ClientOpened(endpoints) => self.opened(number, connection, endpoints.is_some(), &tasks),
            _ => self.carry_out(number, &tasks),
        }
        let host = &mut self.hosts[number];
        if input == Input::ClientClosed {
            assert!(!host.worker.has(connection), "it has left");
        }
        host.connections.retain(|&id, followed| {
            let has = host.worker.has(id);
            assert!(has || followed.is_closed || followed.is_in_transit(), "over without an end");
            assert!(!(has && followed.is_closed), "closed, and not over");
            has
        });
        assert_eq!(host.connections.len(), host.worker.sessions());
        let counted = host.connections.values().filter(|followed| followed.client.is_some());
        let transit = host.connections.values().filter(|followed| followed.is_in_transit());
        let own = Load { sessions: size(counted.count()), in_transit: size(transit.count()) };
        assert_eq!(host.worker.occupancy.own(), own, "who is over does not count, and who is not does");
        assert!(host.connections.is_empty() || host.worker.deadline().is_some(), "who waits has a deadline");
        assert!(host.worker.lookups.count() <= UNWAITED_MAX + host.connections.len());
        if input == Input::DeadlineReached {
            let late = host.worker.deadline().is_none_or(|deadline| deadline > now.instant);
            assert!(late, "what was due is still due");
        }
    }

    /// The number may have been another connection's until now; what ends that one comes first.
    fn opened(&mut self, number: usize, connection: ConnectionId, is_known: bool, tasks: &[Task]) {
        let host = &mut self.hosts[number];
        let ends = host.connections.get(&connection).is_some_and(|followed| !followed.is_in_transit());
        let end = |task: &Task| task.connection == Some(connection) && task.output == Output::Close;
        let rest = if ends { 1 + tasks.iter().position(end).expect("the old one ends") } else { 0 };
        self.carry_out(number, &tasks[..rest]);
        let host = &mut self.hosts[number];
        let followed = Followed::new(Arc::clone(&host.policy), host.teases);
        host.connections.insert(connection, followed);
        if is_known {
            return self.carry_out(number, &tasks[rest..]);
        }
        let of_it: Vec<_> = tasks[rest..].iter().filter(|task| task.connection == Some(connection)).collect();
        let served = [Output::Verdict(Verdict::Pass), Output::Dial(Destination::Backend)];
        assert!(of_it.iter().rev().take(2).map(|task| &task.output).eq(served.iter().rev()), "{of_it:?}");
        assert!(!host.worker.has(connection));
        host.connections.remove(&connection);
    }

    fn carry_out(&mut self, number: usize, tasks: &[Task]) {
        for task in tasks {
            match &task.output {
                Output::Log(line) => {
                    assert!(line.text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", line.text);
                    assert!(line.text.len() <= LINE_MAX, "{} characters", line.text.len());
                }
                Output::AskDns { question, message, .. } => self.asked(number, *question, message),
                _ => {}
            }
            let Some(connection) = task.connection else {
                let is_general = matches!(
                    task.output,
                    Output::Log(_)
                        | Output::Count(..)
                        | Output::Gauge(..)
                        | Output::Sample(..)
                        | Output::AskDns { .. }
                );
                assert!(is_general, "{:?} for nobody", task.output);
                continue;
            };
            let followed = self.hosts[number].connections.get_mut(&connection);
            followed.expect("an output for a connection that is not there").hear(&task.output);
            if let Output::Verdict(verdict) = task.output {
                *self.verdicts.entry(verdict).or_default() += 1;
                self.judge(number, connection, verdict);
            }
        }
    }

    fn asked(&mut self, number: usize, question: u32, message: &[u8]) {
        let questions = &mut self.hosts[number].questions;
        if questions.len() >= QUESTIONS_MAX {
            // Never answered: a host that forgets.
            questions.swap_remove(self.random.usize(..QUESTIONS_MAX));
        }
        questions.push((question, message.to_vec()));
    }

    /// A limit that refuses somebody has been reached.
    fn judge(&self, number: usize, connection: ConnectionId, verdict: Verdict) {
        let all = || self.hosts.iter().flat_map(|host| host.connections.values());
        let subject = &self.hosts[number].connections[&connection];
        let policy = subject.policy();
        let (count, least) = match verdict {
            Verdict::TooManyConnections => {
                let prefix = |followed: &&Followed| {
                    followed.client.map(|client| followed.policy().client_prefix(client))
                };
                let of_client = all().filter(|followed| prefix(followed) == prefix(&subject));
                (of_client.count(), policy.client_connection_count_limit + 1)
            }
            // What a worker knows of others may be some time old.
            Verdict::ScreeningPortsBusy if self.hosts.len() == 1 => {
                (all().filter(|followed| followed.is_held()).count(), policy.pre_queue_limit)
            }
            Verdict::ServerPortsBusy if self.hosts.len() == 1 => {
                (all().filter(|followed| followed.is_in_transit()).count(), policy.post_queue_limit)
            }
            _ => return,
        };
        if self.store.never_fails() {
            assert!(size(count) >= least, "{verdict} with {count} of {least}");
        }
    }

    /// In the end all leave, and nothing is left of them; a little later nobody has anything to do.
    pub fn ends(&mut self) {
        self.store.is_calm.set(true);
        for number in 0..self.hosts.len() {
            for connection in (0..CONNECTIONS).map(ConnectionId) {
                let last = if self.random.bool() { Input::ClientClosed } else { Input::ClientEnd };
                self.give(number, connection, last);
                self.give(number, connection, Input::ClientClosed);
            }
            assert_eq!(self.hosts[number].worker.sessions(), 0);
        }
        assert!(self.store.keys() <= BUCKETS_MAX as usize + OTHER_KEYS_MAX, "{} keys", self.store.keys());
        for bucket in 0..BUCKETS_MAX {
            let stored = self.store.fetch(&format!("postscreen.clients.{bucket}")).unwrap();
            let bytes = stored.map_or(Vec::new(), |(bytes, _)| bytes);
            assert!(bytes.len() <= BUCKET_LEN_MAX);
            let bucket = Bucket::decode(&bytes);
            let sessions = |client: IpAddr| bucket.find(client).map_or(0, ClientEntry::sessions);
            let prefixes = |policy: &Arc<Policy>| {
                self.clients.iter().map(|&client| policy.client_prefix(client)).collect::<Vec<_>>()
            };
            let left: u32 = self.policies.iter().flat_map(prefixes).map(sessions).sum();
            assert!(left == 0 || !self.store.never_fails(), "{left} sessions of nobody");
        }
        // Each waits for its gauge, and then for what it believes of the others; crashed ones cost a lease, and who is
        // under stress because of them looks every second.
        for _ in 0..LEASE_S + 8 {
            for number in 0..self.hosts.len() {
                if let Some(deadline) = self.hosts[number].worker.deadline() {
                    let wait = deadline.as_millis().saturating_sub(self.now.instant.as_millis());
                    self.now.instant = Instant::from_millis(self.now.instant.as_millis() + wait);
                    self.now.unix += wait.div_ceil(1_000);
                    self.give(number, ConnectionId(0), Input::DeadlineReached);
                }
            }
        }
        assert!(self.hosts.iter().all(|host| host.worker.deadline().is_none()), "nothing to wait for");
        if self.store.never_fails() {
            assert_eq!(totals(&*self.store, self.now.unix), Load::default());
        }
    }
}

fn size(count: usize) -> u32 {
    u32::try_from(count).unwrap()
}
