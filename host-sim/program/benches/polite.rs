//! 100,000 polite clients, screened in virtual time on one core.
//!
//! `cargo xtask wasm && cargo bench --package host-sim` plays them: a thousand new clients a second, each of which
//! waits its turn, is looked up in two DNS lists, sends one mail and leaves. Every one of them must be served; what is
//! measured is how long the simulator takes for it. An argument after `--` is another number of clients.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use envoy_sim::{ConnectionId, Driven, Effect, Host, Input, Module, Now, Settings};
use postscreen_scenario::{Scenario, Sink, Stay, doh, parse};

/// Beside the workspace's `target`, where a bench runs.
const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/wasm/postscreen.wasm");
const CLIENTS: u32 = 100_000;
/// Between two arrivals.
const PACE: Duration = Duration::from_millis(1);
/// What each client sends at its turn, and how every reply begins.
const MAIL: [(&str, &str); 6] = [
    ("EHLO client.example\r\n", "220 "),
    ("MAIL FROM:<sender@client.example>\r\n", "250 "),
    ("RCPT TO:<reader@example.org>\r\n", "250 "),
    ("DATA\r\n", "250 "),
    ("Subject: hello\r\n\r\nHello.\r\n.\r\n", "354 "),
    ("QUIT\r\n", "250 "),
];
/// What the lists know: nobody who comes here.
const STORY: &str = r#"
about: Two lists that know somebody else.
policy: { dnsbl_sites: ["block.test*2", "list.test"], dnsbl_threshold: 2, dnsbl_action: drop, greet_action: drop }
dns: { block.test: { 192.0.2.1: 127.0.0.2 }, list.test: { 192.0.2.1: 127.0.0.2 } }
clients: { nobody: { from: 192.0.2.1, script: [] } }
"#;

fn main() {
    // `cargo bench` adds `--bench`.
    let number = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let clients = number.map_or(CLIENTS, |number| number.parse().expect("a number of clients"));
    let module = Module::from_file(MODULE.as_ref()).unwrap_or_else(|error| panic!("{error}"));
    let story = parse("polite", STORY).unwrap_or_else(|mistake| panic!("{mistake:?}"));

    let begun = Instant::now();
    let mut crowd = Crowd::new(&module, story);
    crowd.play(clients);
    let took = begun.elapsed();

    assert_eq!(crowd.served, clients, "every polite client is served");
    assert!(crowd.host.failed_workers().is_empty(), "no machine has trapped");
    println!("polite clients       {clients}");
    println!("virtual time         {:.1} s", crowd.now.monotonic.as_secs_f64());
    println!("at once, at most     {}", crowd.most_at_once);
    println!("real time            {:.2} s", took.as_secs_f64());
    println!("each                 {:.1} µs", took.as_secs_f64() * 1e6 / f64::from(clients));
}

struct Crowd {
    host: Host,
    story: Scenario,
    now: Now,
    /// Which step of [`MAIL`] each client waits for.
    steps: BTreeMap<ConnectionId, usize>,
    sinks: BTreeMap<ConnectionId, Sink>,
    served: u32,
    most_at_once: usize,
    dialled: BTreeSet<ConnectionId>,
}

impl Crowd {
    fn new(module: &Module, story: Scenario) -> Self {
        let now = Now { monotonic: Duration::ZERO, wall: Duration::from_secs(1_700_000_000) };
        let policy = serde_json::Value::Object(story.policy.clone()).to_string();
        let host = Host::start(module, Settings::postscreen(policy), now);
        let host = host.unwrap_or_else(|error| panic!("{error}: {:?}", error.log()));
        let (steps, sinks, dialled) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { host, story, now, steps, sinks, served: 0, most_at_once: 0, dialled }
    }

    fn play(&mut self, clients: u32) {
        let server: SocketAddr = ([198, 51, 100, 25], 25).into();
        for client in 0..clients {
            self.pass_time(PACE * client);
            let address = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() + client);
            let connection = self.host.accept((address, 40_000).into(), server, None, self.now);
            self.steps.insert(connection, 0);
            self.settle();
            self.most_at_once = self.most_at_once.max(self.host.open_connections());
        }
        while self.host.open_connections() > 0 {
            let Some(next) = self.host.next_deadline() else { break };
            self.pass_time(next);
        }
    }

    /// Lets time pass, stopping at each deadline on the way.
    fn pass_time(&mut self, until: Duration) {
        while let Some(next) = self.host.next_deadline().filter(|next| *next <= until) {
            self.now = self.now.at(next);
            self.host.handle(Input::TimePassed, self.now);
            self.settle();
        }
        self.now = self.now.at(until);
    }

    fn settle(&mut self) {
        while let Some(effect) = self.host.poll_effect() {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::HttpCall(call) => {
                let answer = doh::answer(&self.story.dns, &call.headers, &call.body);
                let answer = answer.expect("both lists answer");
                let (headers, body, trailers) = (answer.headers, answer.body, Vec::new());
                self.tell(Input::HttpResponse { call: call.call, headers, body, trailers });
            }
            Effect::Dial { connection, cluster } => {
                assert_eq!(cluster, "backend", "nobody is refused");
                self.dialled.insert(connection);
                let sink = Sink::default();
                let bytes = sink.greeting().to_vec();
                self.sinks.insert(connection, sink);
                self.tell(Input::UpstreamConnected { connection, ends: None });
                self.tell(Input::UpstreamBytes { connection, bytes, end: false });
            }
            Effect::ToUpstream { connection, bytes } => self.mail_server_hears(connection, &bytes),
            Effect::ToClient { connection, bytes } => self.client_hears(connection, &bytes),
            Effect::EndToClient { connection } => {
                self.tell(Input::ClientBytes { connection, bytes: Vec::new(), end: true });
            }
            Effect::Ended(end) => {
                self.steps.remove(&end.connection);
                self.sinks.remove(&end.connection);
                self.served += u32::from(self.dialled.remove(&end.connection));
            }
            Effect::Log(line) => assert!(!line.by_host, "{}", line.text),
            _ => {}
        }
    }

    fn mail_server_hears(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let Some(sink) = self.sinks.get_mut(&connection) else { return };
        let mut replies = Vec::new();
        let end = sink.receive(bytes, &mut replies) == Stay::Close;
        self.tell(Input::UpstreamBytes { connection, bytes: replies, end });
    }

    fn client_hears(&mut self, connection: ConnectionId, bytes: &[u8]) {
        let Some(step) = self.steps.get_mut(&connection) else { return };
        let Some((line, reply)) = MAIL.get(*step) else { return };
        assert!(bytes.starts_with(reply.as_bytes()), "{:?} before {line:?}", String::from_utf8_lossy(bytes));
        *step += 1;
        self.tell(Input::ClientBytes { connection, bytes: line.as_bytes().to_vec(), end: false });
    }

    fn tell(&mut self, input: Input) {
        self.host.handle(input, self.now);
    }
}
