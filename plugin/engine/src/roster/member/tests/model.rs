//! The roster against a plain list of sessions, for three workers with one store.

use super::*;
use crate::record::Test;
use crate::roster::RENEW_EVERY_S;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

const WORKERS: usize = 3;
const CLIENTS: u8 = 6;

#[derive(Clone, Debug)]
enum Step {
    Join {
        worker: usize,
        client: u8,
    },
    Share(Index, [u32; 5]),
    ClaimPassNew(Index),
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

fn steps(clients: u8) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..WORKERS, 0..clients).prop_map(|(worker, client)| Step::Join { worker, client }),
        3 => (any::<Index>(), any::<[u32; 5]>()).prop_map(|(session, stamps)| Step::Share(session, stamps)),
        2 => any::<Index>().prop_map(Step::ClaimPassNew),
        4 => any::<Index>().prop_map(Step::Leave),
        1 => (0..WORKERS).prop_map(|worker| Step::Crash { worker }),
        3 => (1..=RENEW_EVERY_S).prop_map(|seconds| Step::Wait { seconds }),
        1 => (1..LEASE_S * 2).prop_map(|seconds| Step::Wait { seconds }),
    ];
    vec(step, 1..120)
}

/// A session; `member` is `None` after its worker crashed.
struct Session {
    worker: usize,
    client: u8,
    renewed: u64,
    member: Option<Member>,
}

#[derive(Default)]
struct Model {
    sessions: Vec<Session>,
    shared: [Option<Record>; CLIENTS as usize],
    pass_new: [bool; CLIENTS as usize],
}

impl Model {
    fn count(&self, client: u8) -> usize {
        self.sessions.iter().filter(|session| session.client == client).count()
    }

    fn alive(&mut self, index: Index) -> Option<&mut Session> {
        let mut alive: Vec<_> = self.sessions.iter_mut().filter(|session| session.member.is_some()).collect();
        if alive.is_empty() { None } else { Some(alive.swap_remove(index.index(alive.len()))) }
    }

    /// Forgets the sessions that have not renewed in this half of a lease or the one before, and what was shared by
    /// clients that have none left.
    fn forget(&mut self, now: u64) {
        let half = LEASE_S / 2;
        self.sessions.retain(|session| now / half - session.renewed / half <= 1);
        for client in 0..CLIENTS {
            if self.count(client) == 0 {
                self.shared[usize::from(client)] = None;
                self.pass_new[usize::from(client)] = false;
            }
        }
    }

    fn share(&mut self, client: u8, stamps: [u32; 5]) {
        self.shared[usize::from(client)] = Some(Record::from_stamps(stamps));
    }
}

fn all_tests() -> TestSet {
    Test::ALL.into_iter().collect()
}

proptest! {
    #[test]
    fn counts_are_those_of_a_list_of_sessions(steps in steps(CLIENTS), buckets in 1_u32..4) {
        let (memory, buckets) = (Memory::default(), NonZeroU32::new(buckets).unwrap());
        let (mut model, mut now) = (Model::default(), NOON);
        for step in steps {
            match step {
                Step::Join { worker, client: number } => {
                    let (member, standing) = Member::join(&memory, client(number), buckets, now);
                    let member = Some(member);
                    model.sessions.push(Session { worker, client: number, renewed: now, member });
                    prop_assert_eq!(standing.sessions as usize, model.count(number));
                    prop_assert_eq!(standing.shared, model.shared[usize::from(number)]);
                }
                Step::Share(index, stamps) => {
                    let Some(session) = model.alive(index) else { continue };
                    session.member.as_ref().unwrap().share(&memory, Record::from_stamps(stamps), all_tests());
                    let client = session.client;
                    model.share(client, stamps);
                }
                Step::ClaimPassNew(index) => {
                    let Some(session) = model.alive(index) else { continue };
                    let claimed = session.member.as_ref().unwrap().claim_pass_new(&memory);
                    let client = usize::from(session.client);
                    prop_assert_eq!(claimed, !std::mem::replace(&mut model.pass_new[client], true));
                }
                Step::Leave(index) => {
                    let Some(session) = model.alive(index) else { continue };
                    session.member.take().unwrap().leave(&memory);
                    // Long ago: forgotten at once.
                    session.renewed = 0;
                }
                Step::Crash { worker } => {
                    for session in model.sessions.iter_mut().filter(|session| session.worker == worker) {
                        session.member = None;
                    }
                }
                Step::Wait { seconds } => {
                    let end = now + seconds;
                    while now < end {
                        now = end.min(now + RENEW_EVERY_S);
                        for session in &mut model.sessions {
                            let Some(member) = &mut session.member else { continue };
                            member.renew(&memory, now);
                            session.renewed = now;
                        }
                    }
                }
            }
            model.forget(now);
            for number in 0..buckets.get() {
                let bucket = memory.fetch(&format!("postscreen.roster.{number}")).unwrap();
                prop_assert!(bucket.is_none_or(|(bytes, _)| bytes.len() <= BUCKET_LEN_MAX));
            }
        }
        // In the end all leave or crash; a lease later nobody was ever there.
        for session in &mut model.sessions {
            if let Some(member) = session.member.take_if(|_| session.worker == 0) {
                member.leave(&memory);
            }
        }
        for number in 0..CLIENTS {
            let (_, standing) = Member::join(&memory, client(number), buckets, now + LEASE_S);
            prop_assert_eq!(standing, Standing { sessions: 1, shared: None });
        }
    }

    #[test]
    fn a_crowded_bucket_never_counts_a_client_too_high(steps in steps(30)) {
        let memory = Memory::default();
        let (mut sessions, mut now) = (Vec::<(u8, Member)>::new(), NOON);
        for step in steps {
            match step {
                Step::Join { client: number, .. } => {
                    let (member, standing) = join(&memory, number, now);
                    sessions.push((number, member));
                    let open = sessions.iter().filter(|&&(other, _)| other == number).count();
                    prop_assert!((1..=open).contains(&(standing.sessions as usize)));
                }
                Step::Leave(index) if !sessions.is_empty() => {
                    sessions.swap_remove(index.index(sessions.len())).1.leave(&memory);
                }
                Step::Wait { seconds } => {
                    now += seconds.min(RENEW_EVERY_S);
                    for (_, member) in &mut sessions {
                        member.renew(&memory, now);
                    }
                }
                _ => {}
            }
            prop_assert!(bucket_len(&memory) <= BUCKET_LEN_MAX);
        }
    }
}
