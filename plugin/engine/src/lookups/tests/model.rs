//! Look-ups against a plain list of them.

use super::*;
use proptest::prelude::*;

const CLIENTS: u32 = 3;

#[derive(Clone, Debug)]
enum Step {
    Join { client: u32, connection: u64 },
    Leave { client: u32, connection: u64 },
    Hear { client: u32, list: usize, says: Says },
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let says = prop_oneof![
        Just(Says::Listed(30)),
        Just(Says::Listed(300)),
        Just(Says::Unlisted(Some(20))),
        Just(Says::Unlisted(Some(3_600))),
        Just(Says::Unlisted(None)),
        Just(Says::Rubbish),
        Just(Says::Fails(DnsFailure::Timeout)),
        Just(Says::Fails(DnsFailure::Unreachable)),
    ];
    let who = || (0..CLIENTS, 0_u64..4);
    let step = prop_oneof![
        4 => who().prop_map(|(client, connection)| Step::Join { client, connection }),
        3 => who().prop_map(|(client, connection)| Step::Leave { client, connection }),
        4 => (0..CLIENTS, 0_usize..2, says).prop_map(|(client, list, says)| Step::Hear { client, list, says }),
        3 => (0_u64..15_000).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..100)
}

/// One look-up, as anybody would write it down.
#[derive(Debug)]
struct Plain {
    client: u32,
    begun: u64,
    waiting: BTreeSet<u64>,
    /// What each list said, and the question that it has not answered yet.
    heard: [Option<Says>; 2],
    asked: [Option<u32>; 2],
}

impl Plain {
    fn is_silence(says: Says) -> bool {
        matches!(says, Says::Fails(DnsFailure::Timeout))
    }

    fn is_complete(&self) -> bool {
        self.heard.iter().all(|heard| heard.is_some_and(|says| !Self::is_silence(says)))
    }

    fn total(&self) -> i32 {
        let weights = [1, 2];
        let listed = |(_, heard): &(i32, Option<Says>)| matches!(heard, Some(Says::Listed(_)));
        weights.into_iter().zip(self.heard).filter(listed).map(|(weight, _)| weight).sum()
    }

    /// Whether a client that comes now can use it.
    fn is_useful(&self, now: u64) -> bool {
        let age = now - self.begun;
        let ttl = |says: &Option<Says>| match says {
            Some(Says::Listed(ttl) | Says::Unlisted(Some(ttl))) => u64::from(*ttl) * 1_000,
            _ => 0,
        };
        let holds = self.heard.iter().map(ttl).min().unwrap_or(0).min(60_000);
        let is_pending = self.asked.iter().any(Option::is_some);
        !self.waiting.is_empty() || (is_pending && age < 10_000) || (self.is_complete() && age < holds)
    }
}

proptest! {
    #[test]
    fn look_ups_agree_with_a_plain_list(steps in steps()) {
        let mut worker = SomeWorker::new(SITES);
        let (mut model, mut now) = (Vec::<Plain>::new(), 0);
        for step in steps {
            match step {
                Step::Join { client, connection } => {
                    model.retain(|plain| plain.is_useful(now));
                    let joined = worker.joins(client, connection, now);
                    let found = model.iter_mut().find(|plain| plain.client == client);
                    prop_assert_eq!(joined.questions.is_empty(), found.is_some());
                    if let Some(plain) = found {
                        let listed = plain.heard.iter().filter(|heard| matches!(heard, Some(Says::Listed(_))));
                        let told = if plain.waiting.is_empty() { listed.count() } else { 0 };
                        prop_assert_eq!((joined.listings.len(), joined.decided), (told, plain.is_complete()));
                        plain.waiting.insert(connection);
                    } else {
                        let [one, two] = numbers(&joined)[..] else { panic!("two lists") };
                        let under_way = model.iter().flat_map(|plain| plain.asked).flatten();
                        prop_assert!(under_way.into_iter().all(|number| number != one && number != two));
                        let waiting = BTreeSet::from([connection]);
                        let asked = [Some(one), Some(two)];
                        model.push(Plain { client, begun: now, waiting, heard: [None; 2], asked });
                    }
                }
                Step::Leave { client, connection } => {
                    worker.leaves(client, connection, now);
                    let found = model.iter_mut().find(|plain| plain.client == client);
                    found.map(|plain| plain.waiting.remove(&connection));
                }
                Step::Hear { client, list, says } => {
                    let Some(place) = model.iter().position(|plain| plain.client == client) else { continue };
                    let plain = &mut model[place];
                    let Some(question) = plain.asked[list].take() else { continue };
                    let is_useful = !plain.waiting.is_empty() || now - plain.begun < 10_000;
                    let Some(answered) = worker.hears(client, question, list, says) else {
                        prop_assert!(!is_useful, "an answer that somebody could use");
                        model.swap_remove(place);
                        continue;
                    };
                    plain.heard[list] = Some(says);
                    let waiting = || plain.waiting.iter().map(|&number| ConnectionId(number));
                    prop_assert_eq!(answered.first, waiting().next());
                    let completes = if plain.is_complete() { waiting().collect() } else { vec![] };
                    prop_assert_eq!(answered.decides, completes);
                }
                Step::Wait(millis) => now += millis,
            }
            for plain in model.iter().filter(|plain| plain.is_useful(now)) {
                prop_assert_eq!(worker.is_decided(plain.client), plain.is_complete());
                prop_assert_eq!(worker.total(plain.client), plain.total());
            }
            prop_assert!(worker.lookups.count() <= CLIENTS as usize);
            prop_assert!(worker.questions.count() <= 2 * CLIENTS as usize);
        }
    }
}
