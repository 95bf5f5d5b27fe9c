//! The clients that are counted.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::Module;
use envoy_sim_testing::{Answer, Backend, Reply, Sim};
use postscreen_scenario::doh;
use postscreen_scenario::parse;

use crate::count::{CallCounter, CallCounts};

/// One client, alone on an idle worker, from its first packet until nothing is left to do for it; or what is done when
/// there is none.
pub struct CountedClient {
    /// The head of its column.
    pub name: &'static str,
    /// The policy and the zones, in the language of stories.
    story: &'static str,
    /// Whether clients leave records.
    recorded: bool,
    /// What happens before the client comes; not counted.
    before: fn(&Sim),
    /// What the client does.
    client: fn(&Sim),
}

/// A policy without lists.
const NO_LISTS: &str = r"
about: Nobody asks any list.
policy: { greet_wait: 6s, greet_action: drop }
clients: { nobody: { from: 192.0.2.1, script: [] } }
";

/// A policy with as many lists as large sites use. All of them answer, and none lists the client.
const TEN_LISTS: &str = r#"
about: Ten lists, all of which know somebody else.
policy:
  greet_wait: 6s
  greet_action: drop
  dnsbl_action: drop
  dnsbl_threshold: 3
  dnsbl_sites:
    - "list0.test=127.0.0.[2..11]*3"
    - "list1.test*2"
    - "list2.test*2"
    - "list3.test=127.0.0.2*2"
    - "list4.test"
    - "list5.test"
    - "list6.test"
    - "list7.test"
    - "list8.test=127.0.[0..255].[1..3]*-2"
    - "list9.test*-5"
dns:
  list0.test: { 192.0.2.1: 127.0.0.2 }
  list1.test: { 192.0.2.1: 127.0.0.2 }
  list2.test: { 192.0.2.1: 127.0.0.2 }
  list3.test: { 192.0.2.1: 127.0.0.2 }
  list4.test: { 192.0.2.1: 127.0.0.2 }
  list5.test: { 192.0.2.1: 127.0.0.2 }
  list6.test: { 192.0.2.1: 127.0.0.2 }
  list7.test: { 192.0.2.1: 127.0.0.2 }
  list8.test: { 192.0.2.1: 127.0.0.2 }
  list9.test: { 192.0.2.1: 127.0.0.2 }
clients: { nobody: { from: 192.0.2.1, script: [] } }
"#;

/// In the order of the columns.
pub const CASES: [CountedClient; 6] = [
    EARLY,
    CountedClient { name: "early, recorded", recorded: true, ..EARLY },
    NEW,
    CountedClient { name: "new, recorded", recorded: true, ..NEW },
    CountedClient {
        name: "returning",
        story: TEN_LISTS,
        recorded: false,
        before: send_mail_twice,
        client: send_mail,
    },
    CountedClient {
        name: "lists checked",
        story: TEN_LISTS,
        recorded: false,
        before: |_| (),
        client: look_at_lists,
    },
];

const EARLY: CountedClient = CountedClient {
    name: "early talker",
    story: NO_LISTS,
    recorded: false,
    before: |_| (),
    client: talk_early,
};
const NEW: CountedClient = CountedClient {
    name: "new, ten lists",
    story: TEN_LISTS,
    recorded: false,
    before: look_at_lists,
    client: send_mail,
};

/// How long a list takes to answer.
const LATENCY: Duration = Duration::from_millis(5);
/// When the early talker talks.
const IMPATIENCE: Duration = Duration::from_millis(40);
/// Longer than any wait of the policies, so that nothing is left to do afterwards.
const AFTERWARDS: Duration = Duration::from_secs(20);

const CLIENT: &str = "203.0.113.9";
const BANNER: &str = "220 mx.example ESMTP\r\n";

// === impl CountedClient ===

impl CountedClient {
    /// Plays it, and counts.
    ///
    /// # Panics
    /// When the client meets with something else than what it is an example of: then the numbers mean nothing.
    pub fn count(&self, module: &Module) -> CallCounts {
        let counter = Rc::new(RefCell::new(CallCounter::default()));
        let sim = start(module, self.story, self.recorded, &counter);
        (self.before)(&sim);
        counter.borrow_mut().take();
        (self.client)(&sim);
        sim.advance(AFTERWARDS);
        let tally = counter.borrow_mut().take();
        assert!(sim.failed_workers().is_empty(), "no machine has trapped");
        tally
    }
}

/// A host with the story's policy and zones, and a mail server behind it.
fn start(module: &Module, story: &str, recorded: bool, counter: &Rc<RefCell<CallCounter>>) -> Sim {
    let mut story = parse("story", story).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    story.policy.insert("record_enable".to_owned(), recorded.into());
    let policy = serde_json::Value::Object(story.policy).to_string();
    let sim = Sim::module(module)
        .configuration(policy)
        .speaker("speaker")
        .call_cluster("resolver")
        .observed(Rc::<RefCell<CallCounter>>::clone(counter))
        .start();
    sim.backend("backend", Backend::greeting(BANNER).replying(|_| Reply::bytes("221 Bye\r\n").and_close()));
    let zones = story.dns;
    sim.answer_calls("resolver", move |call| {
        let answer = doh::answer(&zones, &call.headers, &call.body).expect("every zone answers");
        let content_type = "application/dns-message";
        Answer::ok(answer.body).header("content-type", content_type).after(LATENCY)
    });
    sim
}

/// Does not wait for the greeting, and is told so.
fn talk_early(sim: &Sim) {
    let client = sim.connect(CLIENT);
    sim.advance(IMPATIENCE);
    client.send("EHLO zombie\r\n");
    sim.advance(AFTERWARDS);
    let refusal = String::from_utf8_lossy(&client.received()).into_owned();
    assert!(refusal.starts_with("521 5.5.1 Protocol error"), "{refusal}");
    client.assert_closed();
}

/// Nobody comes; whether the lists are well is asked a second after the start, and every ten minutes then.
fn look_at_lists(sim: &Sim) {
    sim.advance(Duration::from_secs(2));
}

/// With the second mail goes what was counted of the first one and could wait: the lists that did not know the client.
fn send_mail_twice(sim: &Sim) {
    send_mail(sim);
    send_mail(sim);
}

/// Waits its turn, where it has to, and has a short session with the mail server.
fn send_mail(sim: &Sim) {
    let client = sim.connect(CLIENT);
    sim.wait_for(AFTERWARDS, || client.dialled().is_some());
    client.assert_received(BANNER);
    client.send("QUIT\r\n");
    client.assert_received("221 Bye\r\n");
    client.end();
    client.assert_closed();
    sim.advance(Duration::from_secs(10));
}
