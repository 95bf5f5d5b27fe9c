use super::*;
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Ttl};
use domain::rdata::{A, Txt};

const CLIENT: [u8; 4] = [203, 0, 113, 9];
const PASSES: &str = "v=spf1 ip4:203.0.113.0/24 -all";

/// The senders of a worker whose policy has some.
struct SomeWorker {
    senders: Senders,
    questions: Questions,
    policy: Arc<Policy>,
    now: Instant,
}

impl SomeWorker {
    fn new(senders: &str) -> Self {
        let policy = Policy::parse(format!(r#"{{"allow_spf": {senders}}}"#).as_bytes()).unwrap();
        let (senders, questions) = (Senders::default(), Questions::default());
        Self { senders, questions, policy: Arc::new(policy), now: Instant::default() }
    }

    fn at(&mut self, seconds: u64) -> &mut Self {
        self.now = Instant::from_millis(seconds * 1_000);
        self
    }

    fn joins(&mut self, connection: u64, client: [u8; 4]) -> Search {
        let Self { senders, questions, policy, now } = self;
        senders.join(ConnectionId(connection), policy, client.into(), questions, *now)
    }

    /// DNS says this to a question about the records of a kind, for so many seconds.
    fn hears(
        &mut self,
        name: &str,
        kind: dns::Kind,
        ttl: u32,
        records: &[&str],
    ) -> Vec<(ConnectionId, Search)> {
        let question = dns::Question { name: name.parse().unwrap(), kind };
        let asked = Message::from_octets(question.encode()).unwrap();
        let owner = asked.sole_question().unwrap().into_qname();
        let rcode = if records.is_empty() { Rcode::NXDOMAIN } else { Rcode::NOERROR };
        let mut answer = MessageBuilder::new_vec().start_answer(&asked, rcode).unwrap();
        for record in records {
            let ttl = Ttl::from_secs(ttl);
            let pushed = if kind == dns::Kind::A {
                answer.push((&owner, ttl, A::new(record.parse().unwrap())))
            } else {
                let text: Txt<Vec<u8>> = Txt::build_from_slice(record.as_bytes()).unwrap();
                answer.push((&owner, ttl, text))
            };
            pushed.unwrap();
        }
        self.senders.hear(question, Ok(&answer.finish()), &mut self.questions, self.now)
    }

    fn hears_text(&mut self, name: &str, ttl: u32, text: &str) -> Vec<(ConnectionId, Search)> {
        self.hears(name, dns::Kind::Txt, ttl, &[text])
    }

    fn hears_nothing(&mut self, name: &str, failure: DnsFailure) -> Vec<(ConnectionId, Search)> {
        let question = dns::Question { name: name.parse().unwrap(), kind: dns::Kind::Txt };
        self.senders.hear(question, Err(failure), &mut self.questions, self.now)
    }

    /// What is asked, as far as it is not answered yet.
    fn asked(&mut self, search: &Search) -> Vec<String> {
        let purpose = |question: &Question| match self.questions.take(question.number) {
            Some(Purpose::Sender(question)) => question.to_string(),
            other => panic!("{other:?}"),
        };
        search.questions.iter().map(purpose).collect()
    }
}

fn voucher(sender: &str, ttl: u32) -> Voucher {
    Voucher { sender: sender.parse().unwrap(), ttl }
}

fn connections(searches: &[(ConnectionId, Search)]) -> Vec<u64> {
    searches.iter().map(|(connection, _)| connection.0).collect()
}

#[test]
fn whoever_comes_first_asks_and_all_who_wait_hear_of_it() {
    let mut worker = SomeWorker::new(r#"["a.test"]"#);
    let first = worker.joins(1, CLIENT);
    assert_eq!((worker.asked(&first), first.voucher), (vec!["a.test TXT".to_owned()], None));
    assert!(worker.joins(2, CLIENT).questions.is_empty(), "it is asked already");
    assert!(worker.joins(3, [198, 51, 100, 9]).questions.is_empty());
    let found = worker.hears_text("a.test", 300, PASSES);
    assert_eq!(connections(&found), [1, 2, 3]);
    let vouchers: Vec<_> = found.into_iter().map(|(_, search)| search.voucher).collect();
    assert_eq!(vouchers, [Some(voucher("a.test", 300)), Some(voucher("a.test", 300)), None]);
    assert!(Arc::ptr_eq(worker.senders.policy(ConnectionId(1)).unwrap(), &worker.policy));
    let later = worker.joins(4, CLIENT);
    assert_eq!((later.voucher, later.questions), (Some(voucher("a.test", 300)), vec![]), "it is known");
}

#[test]
fn who_has_left_hears_nothing() {
    let mut worker = SomeWorker::new(r#"["a.test"]"#);
    worker.joins(1, CLIENT);
    worker.joins(2, CLIENT);
    worker.senders.leave(ConnectionId(1));
    worker.senders.leave(ConnectionId(9));
    assert!(worker.senders.policy(ConnectionId(1)).is_none());
    assert_eq!(connections(&worker.hears_text("a.test", 300, PASSES)), [2]);
    assert!(worker.senders.asked.is_empty());
    assert_eq!(worker.joins(3, CLIENT).voucher, Some(voucher("a.test", 300)), "what was said is kept");
}

#[test]
fn records_are_followed_and_the_shortest_of_them_holds() {
    let mut worker = SomeWorker::new(r#"["a.test"]"#);
    worker.joins(1, CLIENT);
    let found = worker.hears_text("a.test", 600, "v=spf1 include:b.test -all");
    let [(_, search)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((worker.asked(search), &search.voucher), (vec!["b.test TXT".to_owned()], &None));
    let found = worker.hears_text("b.test", 120, "v=spf1 a:c.test");
    assert_eq!(worker.asked(&found[0].1), ["c.test A"]);
    let found = worker.hears("c.test", dns::Kind::A, 900, &["203.0.113.9"]);
    assert_eq!(found[0].1.voucher, Some(voucher("a.test", 120)));
}

#[test]
fn one_sender_who_vouches_is_enough() {
    let mut worker = SomeWorker::new(r#"["a.test", "b.test"]"#);
    let first = worker.joins(1, CLIENT);
    assert_eq!(worker.asked(&first), ["a.test TXT", "b.test TXT"]);
    let found = worker.hears_text("b.test", 300, PASSES);
    assert_eq!(found[0].1.voucher, Some(voucher("b.test", 300)));
    let late = worker.hears_text("a.test", 300, "v=spf1 include:c.test");
    assert_eq!(
        (&late[0].1.voucher, late[0].1.questions.len()),
        (&Some(voucher("b.test", 300)), 0),
        "nothing more"
    );
}

#[test]
fn a_record_near_its_end_is_asked_for_again_and_nobody_waits_for_that() {
    let mut worker = SomeWorker::new(r#"["a.test"]"#);
    worker.joins(1, CLIENT);
    worker.hears_text("a.test", 1_000, PASSES);
    assert!(worker.at(899).joins(2, CLIENT).questions.is_empty());
    let search = worker.at(900).joins(3, CLIENT);
    assert_eq!(search.voucher, Some(voucher("a.test", 1_000)), "at once");
    assert_eq!(worker.asked(&search), ["a.test TXT"]);
    assert!(worker.joins(4, CLIENT).questions.is_empty(), "once");
    assert_eq!(connections(&worker.hears_text("a.test", 1_000, "v=spf1 -all")), [0; 0]);
    assert_eq!(worker.joins(5, CLIENT).voucher, None, "what is new holds");
}

#[test]
fn a_resolver_in_trouble_takes_nothing_away() {
    let mut worker = SomeWorker::new(r#"["a.test"]"#);
    worker.joins(1, CLIENT);
    worker.hears_text("a.test", 1_000, PASSES);
    worker.at(2_000).joins(2, CLIENT);
    worker.hears_nothing("a.test", DnsFailure::Timeout);
    let search = worker.joins(3, CLIENT);
    assert!(search.voucher.is_some() && search.questions.is_empty(), "{search:?}");
}

#[test]
fn a_broken_record_is_a_trouble_and_lets_nobody_in() {
    for (text, result) in [
        ("v=spf1 ip4:203.0.113.0/24 foo", SpfResult::PermError),
        ("v=spf1 ip4:300.0.0.1 ip4:203.0.113.0/24", SpfResult::PermError),
        ("v=spf1 include:a.test", SpfResult::PermError),
        ("no record", SpfResult::None),
    ] {
        let mut worker = SomeWorker::new(r#"["a.test"]"#);
        worker.joins(1, CLIENT);
        let found = worker.hears_text("a.test", 300, text);
        let [(_, Search { voucher, troubles, questions })] = &found[..] else { panic!("{text}: {found:?}") };
        let [(sender, outcome)] = &troubles[..] else { panic!("{text}: {troubles:?}") };
        assert_eq!((sender.to_string().as_str(), outcome.result), ("a.test", result), "{text}");
        assert!(voucher.is_none() && questions.is_empty(), "{text}");
    }
}

#[test]
fn dns_without_an_answer_is_a_trouble_too() {
    for failure in [DnsFailure::Timeout, DnsFailure::Unreachable, DnsFailure::HttpStatus(503)] {
        let mut worker = SomeWorker::new(r#"["a.test", "b.test"]"#);
        worker.joins(1, CLIENT);
        let found = worker.hears_nothing("a.test", failure);
        assert_eq!(found[0].1.troubles[0].1.result, SpfResult::TempError, "{failure:?}");
        let found = worker.hears_text("b.test", 300, PASSES);
        assert_eq!(
            found[0].1.voucher,
            Some(voucher("b.test", 300)),
            "{failure:?}: the other one is as good as ever"
        );
    }
}

#[test]
fn a_record_that_says_no_is_no_trouble() {
    for text in ["v=spf1 -all", "v=spf1 ~all", "v=spf1 ?all", "v=spf1 ip4:198.51.100.0/24"] {
        let mut worker = SomeWorker::new(r#"["a.test"]"#);
        worker.joins(1, CLIENT);
        let found = worker.hears_text("a.test", 300, text);
        assert!(found[0].1.voucher.is_none() && found[0].1.troubles.is_empty(), "{text}");
    }
}

#[test]
fn so_many_questions_are_under_way_and_who_would_need_one_more_does_without() {
    let mut worker = SomeWorker::new(r#"["a.test"]"#);
    worker.joins(0, CLIENT);
    worker.hears_text("a.test", 3_600, "v=spf1 exists:%{i}.b.test -all");
    let client =
        |number: usize| [10, 0, u8::try_from(number / 256).unwrap(), u8::try_from(number % 256).unwrap()];
    // One is that of the first client.
    for under_way in 2..=QUESTIONS_MAX + 1 {
        let search = worker.joins(u64::try_from(under_way).unwrap(), client(under_way));
        let expected = usize::from(under_way <= QUESTIONS_MAX);
        assert_eq!((search.questions.len(), search.voucher), (expected, None), "question {under_way}");
    }
    assert_eq!(worker.senders.asked.len(), QUESTIONS_MAX);
    worker.hears("10.0.0.2.b.test", dns::Kind::A, 300, &["127.0.0.2"]);
    let one_more = u64::try_from(QUESTIONS_MAX).unwrap() + 2;
    assert_eq!(worker.joins(one_more, client(QUESTIONS_MAX + 2)).questions.len(), 1, "there is room again");
}
