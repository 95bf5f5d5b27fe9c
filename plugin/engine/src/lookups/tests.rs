mod model;

use super::*;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Name, Ttl};
use domain::rdata::{A, Soa};

const SITES: &str = r#"["a.test", "b.test*2"]"#;

fn policy(sites: &str) -> Arc<Policy> {
    let json = format!(r#"{{"dnsbl_sites": {sites}, "dnsbl_timeout": "10s"}}"#);
    Arc::new(Policy::parse(json.as_bytes()).unwrap())
}

fn key(number: u32) -> Key {
    Key { policy: 0, client: IpAddr::from((0xcb00_7100 + number).to_be_bytes()) }
}

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// What a list says, for so many seconds.
#[derive(Clone, Copy, Debug)]
enum Says {
    Listed(u32),
    Unlisted(Option<u32>),
    Fails(DnsFailure),
    Rubbish,
}

impl Says {
    /// The answer about a client that list number `list` gives.
    fn wire(self, client: IpAddr, policy: &Policy, list: usize) -> Result<Vec<u8>, DnsFailure> {
        let asked = policy.zones()[list].question(&reversed(client)).unwrap();
        let asked = Message::from_octets(asked).unwrap();
        let answer = MessageBuilder::new_vec();
        Ok(match self {
            Self::Listed(ttl) => {
                let mut answer = answer.start_answer(&asked, Rcode::NOERROR).unwrap();
                let owner = asked.sole_question().unwrap().into_qname();
                answer.push((owner, Ttl::from_secs(ttl), A::new([127, 0, 0, 2].into()))).unwrap();
                answer.finish()
            }
            Self::Unlisted(ttl) => {
                let mut authority = answer.start_answer(&asked, Rcode::NXDOMAIN).unwrap().authority();
                if let Some(ttl) = ttl {
                    let (root, zero) = (Name::root_vec(), Ttl::from_secs(0));
                    let minimum = Ttl::from_secs(ttl);
                    let soa = Soa::new(root.clone(), root.clone(), 1.into(), zero, zero, zero, minimum);
                    authority.push((root, Ttl::from_secs(ttl), soa)).unwrap();
                }
                authority.finish()
            }
            Self::Fails(failure) => return Err(failure),
            Self::Rubbish => b"rubbish".to_vec(),
        })
    }
}

/// The look-ups, and the policy that asks.
struct SomeWorker {
    lookups: Lookups,
    questions: Questions,
    watch: Watch,
    policy: Arc<Policy>,
}

impl SomeWorker {
    fn new(sites: &str) -> Self {
        Self::with(policy(sites))
    }

    fn with(policy: Arc<Policy>) -> Self {
        let (lookups, questions, watch) = (Lookups::default(), Questions::default(), Watch::default());
        Self { lookups, questions, watch, policy }
    }

    fn joins(&mut self, number: u32, connection: u64, millis: u64) -> Joined {
        let policy = Arc::clone(&self.policy);
        self.joins_under(key(number), &policy, connection, millis)
    }

    fn joins_under(&mut self, key: Key, policy: &Arc<Policy>, connection: u64, millis: u64) -> Joined {
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: at(millis) };
        self.lookups.join(key, policy, ConnectionId(connection), &mut asking, at(millis))
    }

    fn leaves(&mut self, number: u32, connection: u64, millis: u64) {
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: at(millis) };
        self.lookups.leave(key(number), ConnectionId(connection), &mut asking, at(millis));
    }

    /// List number `list` answers question number `question` about a client.
    fn hears(&mut self, number: u32, question: u32, list: usize, says: Says) -> Option<LookupAnswer> {
        let answer = says.wire(key(number).client, &self.policy, list);
        self.hears_message(question, answer.as_deref().map_err(|&failure| failure))
    }

    fn hears_message(&mut self, question: u32, answer: Result<&[u8], DnsFailure>) -> Option<LookupAnswer> {
        let Purpose::Listing(key, list) = self.questions.take(question)? else { panic!("about a list") };
        let mut asking = Asking { questions: &mut self.questions, watch: &self.watch, now: at(0) };
        self.lookups.hear(key, list, question, answer, &mut asking)
    }

    fn is_decided(&self, number: u32) -> bool {
        self.lookups.is_decided(key(number), &self.watch)
    }

    fn total(&self, number: u32) -> i32 {
        self.lookups.score(key(number), &self.policy, &self.watch).total
    }

    /// A client comes at 0, its lists say this at once, and it leaves. Whether it is asked about again when it comes at
    /// that time.
    fn is_kept(says: &[Says], millis: u64) -> bool {
        let mut worker = Self::new(SITES);
        let asked = worker.joins(1, 1, 0).questions;
        for (list, (question, &says)) in asked.iter().zip(says).enumerate() {
            worker.hears(1, question.number, list, says).unwrap();
        }
        worker.leaves(1, 1, 1);
        worker.joins(1, 2, millis).questions.is_empty()
    }
}

fn numbers(joined: &Joined) -> Vec<u32> {
    joined.questions.iter().map(|question| question.number).collect()
}

#[test]
fn one_answer_of_each_look_up_is_timed_that_of_each_list_in_turn() {
    let mut worker = SomeWorker::new(SITES);
    let mut timed = Vec::new();
    for client in 1..=4 {
        let asked = worker.joins(client, client.into(), u64::from(client) * 100).questions;
        for (list, question) in asked.iter().enumerate() {
            let answered = worker.hears(client, question.number, list, Says::Unlisted(None)).unwrap();
            timed.extend(answered.timed_since.map(|since| (list, since)));
        }
    }
    assert_eq!(timed, [(0, at(100)), (1, at(200)), (0, at(300)), (1, at(400))]);
}

#[test]
fn the_first_session_asks_and_the_others_wait_with_it() {
    let mut worker = SomeWorker::new(SITES);
    let first = worker.joins(1, 1, 0);
    assert_eq!(first.questions.len(), 2);
    assert_eq!(
        first.questions[1].message,
        worker.policy.zones()[1].question(&reversed(key(1).client)).unwrap()
    );
    assert_eq!(worker.joins(1, 2, 5_000), Joined::default());
    assert_eq!(worker.joins(2, 3, 5_000).questions.len(), 2, "another client");
    assert_eq!(worker.lookups.count(), 2);

    let [one, two] = numbers(&first)[..] else { panic!("two lists") };
    let answered = worker.hears(1, one, 0, Says::Unlisted(Some(300))).unwrap();
    assert_eq!((answered.client, answered.list, answered.first), (key(1).client, 0, Some(ConnectionId(1))));
    let unlisted = ParsedAnswer { addresses: vec![], ttl: Some(300), cache_ttl: Some(300) };
    assert_eq!((answered.decides, answered.heard), (vec![], Heard::Unlisted(unlisted)));
    assert!(!worker.is_decided(1));
    let answered = worker.hears(1, two, 1, Says::Listed(300)).unwrap();
    assert_eq!(answered.decides, [ConnectionId(1), ConnectionId(2)]);
    assert!(worker.is_decided(1));
    assert_eq!(worker.total(1), 2);
    assert_eq!(worker.total(2), 0);
    assert_eq!(worker.total(3), 0, "nobody has asked");
    assert!(!worker.is_decided(3));
}

#[test]
fn answers_hold_as_long_as_the_shortest_of_them() {
    for (millis, expected) in [(1, true), (29_999, true), (30_000, false), (30_001, false)] {
        let says = [Says::Unlisted(Some(30)), Says::Listed(300)];
        assert_eq!(SomeWorker::is_kept(&says, millis), expected, "30 s, at {millis} ms");
        let says = [Says::Listed(900), Says::Unlisted(Some(30))];
        assert_eq!(SomeWorker::is_kept(&says, millis), expected, "in any order");
    }
}

#[test]
fn nothing_holds_longer_than_a_minute() {
    for (ttl, millis, expected) in [
        (59, 58_999, true),
        (59, 59_000, false),
        (60, 59_999, true),
        (60, 60_000, false),
        (61, 59_999, true),
        (61, 60_000, false),
        (u32::MAX >> 1, 60_000, false),
    ] {
        let says = [Says::Unlisted(Some(ttl)); 2];
        assert_eq!(SomeWorker::is_kept(&says, millis), expected, "{ttl} s, at {millis} ms");
    }
    assert_eq!(KEEP_MAX, Duration::from_mins(1));
}

#[test]
fn what_is_no_answer_or_has_no_ttl_is_not_kept() {
    for says in [
        Says::Unlisted(None),
        Says::Unlisted(Some(0)),
        Says::Listed(0),
        Says::Rubbish,
        Says::Fails(DnsFailure::HttpStatus(503)),
        Says::Fails(DnsFailure::Unreachable),
        Says::Fails(DnsFailure::Timeout),
    ] {
        assert!(!SomeWorker::is_kept(&[says, Says::Listed(300)], 2), "{says:?}");
        assert!(!SomeWorker::is_kept(&[Says::Listed(300), says], 2), "{says:?}");
    }
}

#[test]
fn questions_under_way_are_waited_for_and_no_longer() {
    for (millis, expected) in [(9_999, true), (10_000, false), (10_001, false)] {
        assert_eq!(SomeWorker::is_kept(&[], millis), expected, "no answer so far, at {millis} ms");
        assert_eq!(SomeWorker::is_kept(&[Says::Listed(1)], millis), expected, "one answer, at {millis} ms");
    }
}

#[test]
fn answers_that_come_when_nobody_waits_are_kept() {
    let mut worker = SomeWorker::new(SITES);
    let asked = numbers(&worker.joins(1, 1, 0));
    worker.leaves(1, 1, 0);
    let answered = worker.hears(1, asked[0], 0, Says::Listed(300)).unwrap();
    assert_eq!((answered.first, answered.decides), (None, vec![]));
    worker.hears(1, asked[1], 1, Says::Unlisted(Some(300))).unwrap();
    let joined = worker.joins(1, 2, 59_999);
    assert_eq!((numbers(&joined), joined.decided), (vec![], true));
    assert_eq!(worker.total(1), 1);
}

#[test]
fn listings_are_told_again_only_when_nobody_has_waited() {
    let mut worker = SomeWorker::new(SITES);
    let asked = numbers(&worker.joins(1, 1, 0));
    worker.hears(1, asked[0], 0, Says::Listed(300));
    assert_eq!(worker.joins(1, 2, 0).listings, [], "told already, to the first");
    worker.leaves(1, 1, 0);
    assert_eq!(worker.joins(1, 3, 0).listings, []);
    worker.leaves(1, 2, 0);
    worker.leaves(1, 3, 0);
    let listings = worker.joins(1, 4, 0).listings;
    assert_eq!(
        listings,
        [(0, ParsedAnswer { addresses: vec![[127, 0, 0, 2].into()], ttl: Some(300), cache_ttl: Some(300) })]
    );
    worker.hears(1, asked[1], 1, Says::Listed(300));
    worker.leaves(1, 4, 0);
    assert_eq!(worker.joins(1, 5, 0).listings.len(), 2);
}

#[test]
fn as_long_as_somebody_waits_the_answers_are_there() {
    let mut worker = SomeWorker::new(SITES);
    let asked = numbers(&worker.joins(1, 1, 0));
    worker.hears(1, asked[0], 0, Says::Listed(1));
    worker.hears(1, asked[1], 1, Says::Unlisted(Some(1)));
    assert!(worker.joins(1, 2, 500_000).decided, "who waits a long time may be joined");
    worker.leaves(1, 1, 500_000);
    worker.leaves(1, 2, 500_000);
    assert_eq!(worker.lookups.count(), 0);
}

#[test]
fn who_leaves_without_having_waited_changes_nothing() {
    let mut worker = SomeWorker::new(SITES);
    worker.leaves(1, 1, 0);
    worker.joins(1, 1, 0);
    worker.leaves(1, 9, 0);
    worker.leaves(2, 1, 0);
    assert_eq!(worker.joins(1, 2, 60_000), Joined::default(), "the first one still waits");
}

#[test]
fn so_many_look_ups_wait_for_nobody() {
    let max = u32::try_from(UNWAITED_MAX).unwrap();
    for (count, first_is_kept) in [(max - 1, true), (max, true), (max + 1, false)] {
        let mut worker = SomeWorker::new(r#"["a.test"]"#);
        for number in 0..count {
            let millis = u64::from(number / 1_000);
            worker.joins(number, 1, millis);
            worker.leaves(number, 1, millis);
        }
        assert_eq!(worker.lookups.count(), count.min(max) as usize);
        assert_eq!(worker.questions.count(), count.min(max) as usize, "and their questions");
        assert_eq!(worker.joins(0, 2, 5).questions.is_empty(), first_is_kept, "{count}");
        assert!(worker.joins(count - 1, 2, 5).questions.is_empty(), "the last one is there");
    }
}

#[test]
fn those_that_somebody_waits_for_are_not_counted_among_them() {
    let max = u32::try_from(UNWAITED_MAX).unwrap();
    let mut worker = SomeWorker::new(r#"["a.test"]"#);
    for number in 0..max + 100 {
        worker.joins(number, u64::from(number), 0);
    }
    assert_eq!(worker.lookups.count(), UNWAITED_MAX + 100);
    for number in 0..max + 100 {
        worker.leaves(number, u64::from(number), 0);
    }
    assert_eq!(worker.lookups.count(), UNWAITED_MAX);
}

#[test]
fn an_answer_to_a_forgotten_question_is_nobodys() {
    let mut worker = SomeWorker::new(SITES);
    let asked = numbers(&worker.joins(1, 1, 0));
    worker.leaves(1, 1, 0);
    let again = numbers(&worker.joins(1, 2, 10_000));
    assert!(again.iter().all(|number| !asked.contains(number)), "{again:?} after {asked:?}");
    assert!(worker.hears(1, asked[0], 0, Says::Listed(300)).is_none());
    assert_eq!(worker.total(1), 0);
}

#[test]
fn a_question_is_answered_once() {
    let mut worker = SomeWorker::new(SITES);
    let asked = numbers(&worker.joins(1, 1, 0));
    assert!(worker.hears(1, asked[1], 1, Says::Listed(300)).is_some());
    assert!(worker.hears(1, asked[1], 1, Says::Listed(300)).is_none());
    assert!(worker.hears(1, 0, 1, Says::Listed(300)).is_none(), "no such question");
    assert_eq!(worker.total(1), 2);
}

#[test]
fn the_answer_of_another_list_or_about_another_client_is_no_answer() {
    for (number, list) in [(1, 1), (2, 0)] {
        let mut worker = SomeWorker::new(SITES);
        let asked = numbers(&worker.joins(1, 1, 0));
        let heard = worker.hears(number, asked[0], list, Says::Listed(300)).unwrap().heard;
        assert!(matches!(heard, Heard::Trouble(_)), "{heard:?}");
        assert_eq!(worker.total(1), 0);
    }
}

#[test]
fn numbers_do_not_collide_when_they_have_all_been_used() {
    let mut worker = SomeWorker::new(SITES);
    let first = numbers(&worker.joins(1, 1, 0));
    assert_eq!(first, [1, 2]);
    worker.questions.skip_to(u32::MAX - 1);
    let next = numbers(&worker.joins(2, 1, 0));
    assert_eq!(next, [u32::MAX, 0]);
    assert_eq!(numbers(&worker.joins(3, 1, 0)), [3, 4], "1 and 2 are under way");
}

#[test]
fn two_policies_do_not_mix() {
    let mut worker = SomeWorker::new(SITES);
    let other = policy(r#"["a.test*5"]"#);
    let new = Key { policy: 1, ..key(1) };
    let asked = numbers(&worker.joins(1, 1, 0));
    let joined = worker.joins_under(new, &other, 2, 0);
    assert_eq!(joined.questions.len(), 1);
    worker.hears(1, asked[0], 0, Says::Listed(300));
    assert_eq!(worker.total(1), 1);
    assert_eq!(worker.lookups.score(new, &other, &worker.watch).total, 0);
    let answer = Says::Listed(300).wire(new.client, &other, 0).unwrap();
    let answered = worker.hears_message(joined.questions[0].number, Ok(&answer)).unwrap();
    assert_eq!(answered.decides, [ConnectionId(2)]);
    assert!(Arc::ptr_eq(&answered.policy, &other));
    assert_eq!(worker.lookups.score(new, &other, &worker.watch).total, 5);
}
