use super::*;
use crate::shared::Memory;
use crate::shared::rivals::Broken;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::A;
use std::collections::BTreeMap;

const NOON: u64 = 1_795_003_200;
const V4: [u8; 4] = [203, 0, 113, 9];

fn policy(sites: &str) -> Arc<Policy> {
    Arc::new(Policy::parse(format!(r#"{{"dnsbl_sites": {sites}}}"#).as_bytes()).unwrap())
}

/// How a list behaves.
#[derive(Clone, Copy, Debug)]
enum List {
    Well,
    Blank,
    World,
    Servfail,
    Silent,
    Unreachable,
}

impl List {
    /// What it says to a question.
    fn says(self, question: &[u8]) -> Result<Vec<u8>, DnsFailure> {
        let asked = Message::from_octets(question.to_vec()).unwrap();
        let owner = asked.sole_question().unwrap().into_qname();
        let canary = owner.to_string().split('.').next() == Some("2");
        let rcode = match self {
            Self::Silent => return Err(DnsFailure::Timeout),
            Self::Unreachable => return Err(DnsFailure::Unreachable),
            Self::Servfail => Rcode::SERVFAIL,
            Self::Well if canary => Rcode::NOERROR,
            Self::World => Rcode::NOERROR,
            Self::Well | Self::Blank => Rcode::NXDOMAIN,
        };
        let mut answer = MessageBuilder::new_vec().start_answer(&asked, rcode).unwrap();
        if rcode == Rcode::NOERROR {
            answer.push((owner, Ttl::from_secs(60), A::new([127, 0, 0, 2].into()))).unwrap();
        }
        Ok(answer.finish())
    }
}

/// A worker's watch, and its host.
struct SomeWorker<'a, S> {
    shared: &'a S,
    watch: Watch,
    questions: Questions,
    policy: Arc<Policy>,
    unix: u64,
}

impl<'a, S: SharedData> SomeWorker<'a, S> {
    fn new(shared: &'a S, sites: &str) -> Self {
        let (watch, questions) = (Watch::default(), Questions::default());
        Self { shared, watch, questions, policy: policy(sites), unix: NOON }
    }

    fn at(&mut self, seconds: u64) -> &mut Self {
        self.unix = NOON + seconds;
        self
    }

    fn now(&self) -> Now {
        Now { instant: Instant::from_millis((self.unix - NOON) * 1_000), unix: self.unix }
    }

    /// A client comes, or a list lists one.
    fn check(&mut self, suspect: Option<usize>) -> Vec<Question> {
        let now = self.now();
        self.watch.check(self.shared, &self.policy, suspect, &mut self.questions, now)
    }

    /// All lists are checked that are due, and behave like this. How many questions that took, and what is told.
    fn checks(&mut self, lists: &[List]) -> (usize, Vec<News>) {
        let asked = self.check(None);
        (asked.len(), self.hears(asked, lists))
    }

    fn hears(&mut self, asked: Vec<Question>, lists: &[List]) -> Vec<News> {
        let zones = self.policy.zones();
        let by_id: BTreeMap<u64, List> = zones.iter().map(Zone::id).zip(lists.iter().copied()).collect();
        let mut news = Vec::new();
        for Question { number, message } in asked {
            let Some(Purpose::Canary(canary)) = self.questions.take(number) else { panic!("a canary") };
            let answer = by_id[&canary.list].says(&message);
            let answer = answer.as_deref().map_err(|&failure| failure);
            news.extend(self.watch.hear(canary, answer, self.shared, self.now()));
        }
        news
    }

    fn counts(&self) -> Vec<bool> {
        (0..self.policy.zones().len()).map(|list| self.watch.counts(&self.policy, list, V4.into())).collect()
    }
}

fn lines(news: &[News]) -> Vec<&str> {
    news.iter().flat_map(|news| news.lines.iter().map(String::as_str)).collect()
}

#[test]
fn the_list_that_lists_the_world_is_muted_and_comes_back() {
    let memory = Memory::default();
    let mut worker = SomeWorker::new(&memory, r#"["dead.test", "bl.test"]"#);
    let (asked, news) = worker.checks(&[List::World, List::Well]);
    assert_eq!(asked, 2 * 4);
    assert_eq!(worker.counts(), [false, true]);
    assert_eq!(
        news.iter().map(|news| (news.list, news.is_muted)).collect::<Vec<_>>(),
        [(0, true), (1, false)]
    );
    assert!(lines(&news)[0].starts_with("warning: list dead.test lists 127.0.0.1"), "{news:?}");
    assert_eq!(lines(&news).len(), 1, "{news:?}");

    assert_eq!(worker.at(59).checks(&[List::World, List::Well]).0, 0);
    let (asked, news) = worker.at(60).checks(&[List::World, List::Well]);
    assert_eq!((asked, lines(&news)), (4, vec![]), "only the one that is ill, and it is named once");
    assert_eq!(worker.at(179).checks(&[List::World, List::Well]).0, 0, "the pause has doubled");
    let (_, news) = worker.at(180).checks(&[List::Well, List::Well]);
    assert_eq!(lines(&news)[0], "list dead.test is well again: what it says counts");
    assert_eq!((worker.counts(), news[0].is_muted), (vec![true, true], false));
}

#[test]
fn a_list_in_trouble_is_muted_by_the_second_check() {
    for list in [List::Servfail, List::Silent] {
        let memory = Memory::default();
        let mut worker = SomeWorker::new(&memory, r#"["bl.test"]"#);
        let (_, news) = worker.checks(&[list]);
        assert_eq!((lines(&news), worker.counts()), (vec![], vec![true]), "{list:?}: something got lost?");
        let (asked, news) = worker.at(60).checks(&[list]);
        assert_eq!((asked, lines(&news).len(), worker.counts()), (4, 1, vec![false]), "{list:?}: {news:?}");
        for seconds in [180, 420, 660, 900] {
            assert_eq!(worker.at(seconds - 1).checks(&[list]).0, 0, "{list:?} after {seconds} s");
            assert_eq!(worker.at(seconds).checks(&[list]).0, 4, "{list:?} after {seconds} s");
        }
        worker.at(1_140).checks(&[List::Well]);
        assert_eq!(worker.counts(), [true]);
    }
}

#[test]
fn a_list_without_the_test_entry_counts_and_is_named_once() {
    let memory = Memory::default();
    let mut worker = SomeWorker::new(&memory, r#"["own.test"]"#);
    let (_, news) = worker.checks(&[List::Blank]);
    assert_eq!((lines(&news).len(), worker.counts()), (1, vec![true]), "{news:?}");
    let (asked, news) = worker.at(600).checks(&[List::Blank]);
    assert_eq!((asked, lines(&news).len()), (4, 0));
}

#[test]
fn where_the_resolver_cannot_be_asked_no_list_is_to_blame() {
    let memory = Memory::default();
    let mut worker = SomeWorker::new(&memory, r#"["bl.test"]"#);
    for check in 0..10 {
        let (asked, news) = worker.at(60 * check).checks(&[List::Unreachable]);
        assert_eq!((asked, lines(&news), worker.counts()), (4, vec![], vec![true]), "check {check}");
    }
}

#[test]
fn one_worker_asks_and_the_others_read_what_it_finds() {
    let memory = Memory::default();
    let mut first = SomeWorker::new(&memory, r#"["dead.test"]"#);
    let mut second = SomeWorker::new(&memory, r#"["dead.test"]"#);
    let asked = first.check(None);
    assert_eq!((asked.len(), second.check(None).len()), (4, 0));
    first.hears(asked, &[List::World]);
    assert_eq!((first.counts(), second.counts()), (vec![false], vec![true]));
    second.at(READ_EVERY_S - 1).check(None);
    assert_eq!(second.counts(), [true], "it does not look all the time");
    second.at(READ_EVERY_S).check(None);
    assert_eq!(second.counts(), [false]);
    // The first one dies with the next check.
    first.at(60).check(None);
    assert_eq!(second.at(119).check(None).len(), 0);
    assert_eq!(second.at(120).check(None).len(), 4);
}

#[test]
fn who_lists_somebody_is_looked_at_once_a_minute() {
    let memory = Memory::default();
    let mut worker = SomeWorker::new(&memory, r#"["a.test", "bl.test"]"#);
    worker.checks(&[List::Well, List::Well]);
    for (seconds, asked) in [(1, 0), (59, 0), (60, 4), (61, 0), (119, 0), (120, 4)] {
        let questions = worker.at(seconds).check(Some(1));
        assert_eq!(questions.len(), asked, "after {seconds} s");
        worker.hears(questions, &[List::Well, List::Well]);
    }
    let questions = worker.at(180).check(Some(1));
    let news = worker.hears(questions, &[List::Well, List::World]);
    assert_eq!(worker.counts(), [true, false], "{news:?}");
    assert_eq!(worker.at(239).check(Some(1)).len(), 0);
}

#[test]
fn nobody_watches_where_that_is_off_and_nothing_is_muted_there() {
    let memory = Memory::default();
    SomeWorker::new(&memory, r#"["bl.test"]"#).checks(&[List::World]);
    let mut worker = SomeWorker::new(&memory, r#"["bl.test"]"#);
    worker.at(60).check(None);
    assert_eq!(worker.counts(), [false], "as others have found");
    worker.policy =
        Arc::new(Policy::parse(br#"{"dnsbl_sites": ["bl.test"], "dnsbl_watch_enable": false}"#).unwrap());
    assert_eq!((worker.at(180).check(None).len(), worker.counts()), (0, vec![true]));
}

#[test]
fn a_host_that_cannot_share_has_its_lists_watched_all_the_same() {
    for readable in [false, true] {
        let broken = Broken { readable };
        let mut worker = SomeWorker::new(&broken, r#"["bl.test"]"#);
        worker.checks(&[List::World]);
        assert_eq!(worker.counts(), [false]);
    }
}

#[test]
fn who_judges_a_listed_client_reads_what_others_have_found() {
    let memory = Memory::default();
    let mut first = SomeWorker::new(&memory, r#"["dead.test"]"#);
    let mut second = SomeWorker::new(&memory, r#"["dead.test"]"#);
    let asked = first.check(None);
    second.check(None);
    first.hears(asked, &[List::World]);
    second.watch.read(&memory, READ_TO_JUDGE_S, NOON);
    assert_eq!(second.counts(), [true], "it has read just now");
    second.watch.read(&memory, READ_TO_JUDGE_S, NOON + READ_TO_JUDGE_S);
    assert_eq!(second.counts(), [false]);
}

#[test]
fn where_nothing_was_ever_stored_nobody_knows_more() {
    let broken = Broken { readable: true };
    let mut worker = SomeWorker::new(&broken, r#"["bl.test"]"#);
    worker.checks(&[List::World]);
    worker.watch.read(&broken, READ_TO_JUDGE_S, NOON + 100);
    assert_eq!(worker.counts(), [false]);
}

#[test]
fn a_worker_looks_a_second_after_its_start_and_after_another_policy() {
    let mut watch = Watch::default();
    let (with, without) = (policy(r#"["bl.test"]"#), policy("[]"));
    let start = Instant::from_millis(5);
    watch.begin(&without, start);
    assert_eq!(watch.deadline(), None);
    watch.begin_anew();
    watch.begin(&with, start);
    watch.begin(&with, Instant::from_millis(900));
    assert_eq!(watch.deadline(), Some(start.after(START_AFTER)));
    let now = Now { instant: Instant::from_millis(1_005), unix: NOON };
    let asked = watch.check(&Memory::default(), &with, None, &mut Questions::default(), now);
    assert_eq!((asked.len(), watch.deadline()), (4, None));
}

#[test]
fn an_answer_to_a_check_that_was_forgotten_is_nobodys() {
    let memory = Memory::default();
    let mut worker = SomeWorker::new(&memory, r#"["bl.test"]"#);
    let asked = worker.check(None);
    let Some(Purpose::Canary(canary)) = worker.questions.take(asked[0].number) else { panic!("a canary") };
    let mut other = Watch::default();
    assert!(other.hear(canary, Ok(b"rubbish"), &memory, worker.now()).is_none());
}
