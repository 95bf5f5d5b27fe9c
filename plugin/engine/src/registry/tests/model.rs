//! The registry against a plain list of sessions and a map of passes, for three workers with one store.

use super::*;
use crate::registry::bucket::PASSES_PER_BUCKET;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::{BTreeMap, BTreeSet};

const WORKERS: usize = 3;
const CLIENTS: u8 = 6;

#[derive(Clone, Debug)]
enum Step {
    Open {
        worker: usize,
        client: u8,
    },
    Share(Index, [u32; 5]),
    /// Stamps, whether they are unshared so far, to be remembered, and whether `PASS NEW` is claimed.
    Settle(Index, [u32; 5], bool, bool, bool),
    Leave(Index),
    /// The sessions of a worker never leave and never renew again.
    Crash {
        worker: usize,
    },
    /// Living sessions renew meanwhile.
    Wait {
        seconds: u64,
    },
}

/// Passes that have ended lately, long ago or not yet.
fn stamps() -> impl Strategy<Value = [u32; 5]> {
    let now = u32::try_from(NOON).unwrap();
    proptest::array::uniform5(prop_oneof![Just(0), Just(1), now - 1_000_000..now + 1_000_000])
}

fn steps(clients: u8) -> impl Strategy<Value = Vec<Step>> {
    let settle = (any::<Index>(), stamps(), any::<bool>(), any::<bool>(), any::<bool>());
    let step = prop_oneof![
        8 => (0..WORKERS, 0..clients).prop_map(|(worker, client)| Step::Open { worker, client }),
        3 => (any::<Index>(), stamps()).prop_map(|(session, stamps)| Step::Share(session, stamps)),
        4 => settle.prop_map(|(session, stamps, unshared, remember, claim)| {
            Step::Settle(session, stamps, unshared, remember, claim)
        }),
        4 => any::<Index>().prop_map(Step::Leave),
        1 => (0..WORKERS).prop_map(|worker| Step::Crash { worker }),
        3 => (1..=RENEW_EVERY_S).prop_map(|seconds| Step::Wait { seconds }),
        1 => (1..LEASE_S * 2).prop_map(|seconds| Step::Wait { seconds }),
    ];
    vec(step, 1..120)
}

/// A session; `lease` is `None` after its worker crashed.
struct ModelSession {
    worker: usize,
    client: u8,
    renewed: u64,
    lease: Option<Lease>,
}

#[derive(Default)]
struct Model {
    sessions: Vec<ModelSession>,
    shared: BTreeMap<u8, Record>,
    claimed: BTreeSet<u8>,
    passes: BTreeMap<u8, Record>,
}

impl Model {
    fn count(&self, client: u8) -> u32 {
        let of_it = self.sessions.iter().filter(|session| session.client == client).count();
        u32::try_from(of_it).unwrap()
    }

    /// A session of a living worker.
    fn alive(&mut self, index: Index) -> Option<(&mut ModelSession, Lease)> {
        let alive = |session| match session {
            &mut ModelSession { lease: Some(lease), .. } => Some((session, lease)),
            _ => None,
        };
        let mut alive: Vec<_> = self.sessions.iter_mut().filter_map(alive).collect();
        if alive.is_empty() { None } else { Some(alive.swap_remove(index.index(alive.len()))) }
    }

    /// Forgets the sessions that have not renewed in this half of a lease or the one before, and what was shared by
    /// clients that have none left.
    fn forget(&mut self, now: u64) {
        let half = LEASE_S / 2;
        self.sessions.retain(|session| now / half - session.renewed / half <= 1);
        for client in 0..CLIENTS {
            if self.count(client) == 0 {
                self.shared.remove(&client);
                self.claimed.remove(&client);
            }
        }
    }

    /// What a client finds that comes now.
    fn known(&self, client: u8, policy: &Policy, now: u64) -> Known {
        if let Some(&record) = self.shared.get(&client) {
            return Known::Overlapping(record);
        }
        let retention = policy.cache_retention_time.as_secs();
        let counts = |record: &Record| !record.is_outdated(policy.enabled_tests(), now, retention);
        self.passes.get(&client).copied().filter(counts).map_or(Known::Nothing, Known::Passed)
    }

    fn settle(&mut self, client: u8, what: Settlement, enabled: TestSet) -> Settled {
        if !what.unshared.is_empty() {
            self.shared.insert(client, what.record);
        }
        let remembered = what.remember.then(|| {
            let record = self.shared.get(&client).copied().unwrap_or(what.record);
            let before = self.passes.insert(client, record.for_storage(enabled));
            before.map_or(Remembered::Added, |_| Remembered::Renewed)
        });
        Settled { remembered, first: !what.claim_pass_new || self.claimed.insert(client) }
    }
}

fn all_tests() -> TestSet {
    Test::ALL.into_iter().collect()
}

proptest! {
    #[test]
    fn the_registry_agrees_with_a_list_of_sessions_and_a_map_of_passes(
        steps in steps(CLIENTS), buckets in 1_u32..4
    ) {
        let memory = Memory::default();
        let policy =
            Policy::parse(format!(r#"{{"cache": {{"buckets": {buckets}}}}}"#).as_bytes()).unwrap();
        let registry = registry(&memory);
        let enabled = policy.enabled_tests();
        let (mut model, mut now) = (Model::default(), NOON);
        for step in steps {
            match step {
                Step::Open { worker, client: number } => {
                    let known = model.known(number, &policy, now);
                    let (lease, found) = registry.open(client(number), &policy, now);
                    model.sessions.push(ModelSession { worker, client: number, renewed: now, lease: Some(lease) });
                    if let Known::Passed(record) = known {
                        model.shared.insert(number, record);
                    }
                    prop_assert_eq!(found, Found { sessions: model.count(number), known });
                }
                Step::Share(index, stamps) => {
                    let Some((session, lease)) = model.alive(index) else { continue };
                    let client = session.client;
                    registry.share(&lease, Record::from_stamps(stamps), all_tests());
                    model.shared.insert(client, Record::from_stamps(stamps));
                }
                Step::Settle(index, stamps, unshared, remember, claim_pass_new) => {
                    let Some((session, lease)) = model.alive(index) else { continue };
                    let client = session.client;
                    let unshared = if unshared { all_tests() } else { TestSet::NONE };
                    let record = Record::from_stamps(stamps);
                    let what = Settlement { record, unshared, remember, claim_pass_new };
                    let settled = registry.settle(&lease, what, enabled);
                    prop_assert_eq!(settled, model.settle(client, what, enabled));
                }
                Step::Leave(index) => {
                    let Some((session, lease)) = model.alive(index) else { continue };
                    registry.leave(lease);
                    session.lease = None;
                    // Long ago: forgotten at once.
                    session.renewed = 0;
                }
                Step::Crash { worker } => {
                    for session in model.sessions.iter_mut().filter(|session| session.worker == worker) {
                        session.lease = None;
                    }
                }
                Step::Wait { seconds } => {
                    let end = now + seconds;
                    while now < end {
                        now = end.min(now + RENEW_EVERY_S);
                        for session in &mut model.sessions {
                            let Some(lease) = &mut session.lease else { continue };
                            registry.renew(lease, now);
                            session.renewed = now;
                        }
                    }
                }
            }
            model.forget(now);
            for number in 0..CLIENTS {
                let recalled = recall(&memory, client(number), &policy);
                prop_assert_eq!(recalled, model.passes.get(&number).copied(), "sessions evict no passes");
            }
            for number in 0..buckets {
                let bucket = memory.fetch(&format!("postscreen.clients.{number}")).unwrap();
                prop_assert!(bucket.is_none_or(|(bytes, _)| bytes.len() <= BUCKET_LEN_MAX));
            }
        }
        // In the end all leave or crash; a lease later nobody was ever there, but who has passed is known.
        for session in &mut model.sessions {
            if let Some(lease) = session.lease.take_if(|_| session.worker == 0) {
                registry.leave(lease);
            }
        }
        model.sessions.clear();
        model.forget(now);
        for number in 0..CLIENTS {
            let later = now + LEASE_S;
            let expected = Found { sessions: 1, known: model.known(number, &policy, later) };
            prop_assert_eq!(registry.open(client(number), &policy, later).1, expected);
        }
    }

    #[test]
    fn a_crowded_bucket_never_counts_a_client_too_high_nor_remembers_too_many(steps in steps(30)) {
        let memory = Memory::default();
        let registry = registry(&memory);
        let (mut sessions, mut now) = (Vec::<(u8, Lease)>::new(), NOON);
        for step in steps {
            match step {
                Step::Open { client: number, .. } => {
                    let (lease, found) = open(&registry, number, now);
                    sessions.push((number, lease));
                    let of_it = sessions.iter().filter(|&&(other, _)| other == number).count();
                    prop_assert!((1..=of_it).contains(&(found.sessions as usize)));
                }
                Step::Settle(index, ..) if !sessions.is_empty() => {
                    let (number, lease) = &sessions[index.index(sessions.len())];
                    let settled = settle(&registry, lease, pregreet(LONG));
                    prop_assert!(settled.remembered.is_some());
                    prop_assert!(recall(&memory, client(*number), &policy("")).is_some());
                }
                Step::Leave(index) if !sessions.is_empty() => {
                    registry.leave(sessions.swap_remove(index.index(sessions.len())).1);
                }
                Step::Wait { seconds } => {
                    now += seconds.min(RENEW_EVERY_S);
                    for (_, lease) in &mut sessions {
                        registry.renew(lease, now);
                    }
                }
                _ => {}
            }
            let stored = memory.fetch("postscreen.clients.0").unwrap();
            let bytes = stored.map_or(Vec::new(), |(bytes, _)| bytes);
            prop_assert!(bytes.len() <= BUCKET_LEN_MAX);
            let bucket = Bucket::decode(&bytes);
            let remembered = |&number: &u8| bucket.find(client(number)).and_then(ClientEntry::passes).is_some();
            prop_assert!((0..30).filter(remembered).count() <= PASSES_PER_BUCKET);
        }
    }
}
