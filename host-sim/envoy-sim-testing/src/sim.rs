//! The host under test, as a test holds it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use envoy_sim::{Driven, Effect, HttpCall, Input, LogLine, Module, StartError};

use super::answer::Answer;
use super::backend::Backend;
use super::builder::{ModuleSource, SimBuilder};
use super::callout::Callout;
use super::client::Client;
use super::testbed::Testbed;
use super::{probe, show};

/// A host with one module, a clock that stands still until you move it, and everything around it in your hand.
///
/// ```
/// use std::time::Duration;
/// use envoy_sim_testing::Sim;
/// let sim = Sim::file("examples/doorman.wat").traced().start();
/// let client = sim.connect("203.0.113.9");
/// let waited = sim.wait_for(Duration::from_mins(1), || client.dialled().is_some());
/// assert_eq!(waited, Duration::from_secs(2));
/// assert!(sim.trace().contains(r#"proxy_log(level: Info, text: "held") = Ok"#));
///
/// sim.trap_in("proxy_on_downstream_data");
/// client.send("EHLO me\r\n");
/// client.assert_closed();
/// assert_eq!(sim.failed_workers(), [0]);
/// ```
#[derive(Clone)]
pub struct Sim {
    pub(super) testbed: Rc<RefCell<Testbed>>,
}

// === impl Sim: begin ===

impl Sim {
    /// A module in a file, such as what `cargo build --target wasm32-wasip1` leaves.
    pub fn file(path: impl AsRef<Path>) -> SimBuilder {
        SimBuilder::new(ModuleSource::File(path.as_ref().to_owned()))
    }

    /// A module in memory, binary or in the text format; `name` is what errors call it.
    pub fn bytes(name: &str, bytes: impl Into<Vec<u8>>) -> SimBuilder {
        SimBuilder::new(ModuleSource::Bytes { name: name.to_owned(), bytes: bytes.into() })
    }

    /// A module in the text format of WebAssembly.
    pub fn wat(text: &str) -> SimBuilder {
        Self::bytes("the module", text)
    }

    /// A module that was loaded before: many tests can share one, and need not compile it each.
    ///
    /// ```
    /// use std::sync::LazyLock;
    /// use envoy_sim::Module;
    /// use envoy_sim_testing::Sim;
    ///
    /// static MODULE: LazyLock<Module> = LazyLock::new(|| Module::from_file("examples/doorman.wat".as_ref()).unwrap());
    ///
    /// let sim = Sim::module(&MODULE).start();
    /// ```
    pub fn module(module: &Module) -> SimBuilder {
        SimBuilder::new(ModuleSource::Module(module.clone()))
    }

    pub(super) fn new(testbed: Testbed) -> Self {
        Self { testbed: Rc::new(RefCell::new(testbed)) }
    }
}

// === impl Sim: act ===

impl Sim {
    /// A client connects from `from`, an address with or without a port, on the next worker in turn.
    ///
    /// # Panics
    /// When `from` is no address.
    #[track_caller]
    pub fn connect(&self, from: &str) -> Client {
        self.accept(from, None)
    }

    /// As [`Sim::connect`], on this worker, counted from 0; a number that no worker has wraps around.
    ///
    /// # Panics
    /// As [`Sim::connect`].
    #[track_caller]
    pub fn connect_on(&self, worker: usize, from: &str) -> Client {
        self.accept(from, Some(worker))
    }

    /// Lets time pass, on both clocks of the module. Every timer and every answer in between has its moment.
    pub fn advance(&self, time: Duration) {
        let mut testbed = Testbed::borrow(&self.testbed);
        let until = testbed.elapsed() + time;
        while testbed.step(until) {}
    }

    /// Lets time pass until `condition` holds, and says how long that took. It is asked now, and after every moment at
    /// which something happened.
    ///
    /// # Panics
    /// When it does not hold after `limit`.
    #[track_caller]
    pub fn wait_for(&self, limit: Duration, condition: impl Fn() -> bool) -> Duration {
        let begin = self.elapsed();
        loop {
            let now = self.elapsed();
            if condition() {
                return now.saturating_sub(begin);
            }
            // The borrow must end before the condition is asked again.
            let more = Testbed::borrow(&self.testbed).step(begin + limit);
            if !more && !condition() {
                let log = show::log(&Testbed::borrow(&self.testbed).log);
                panic!("waited {:.3} s in vain{log}", limit.as_secs_f64());
            }
        }
    }

    /// How the servers of a cluster behave from now on.
    ///
    /// # Panics
    /// When there is no such cluster: [`SimBuilder::cluster`] adds one.
    #[track_caller]
    pub fn backend(&self, cluster: &str, backend: Backend) {
        let mut testbed = Testbed::borrow(&self.testbed);
        assert!(
            testbed.clusters.contains(cluster),
            "there is no cluster {cluster}; the builder knows {:?}",
            testbed.clusters
        );
        testbed.backends.insert(cluster.to_owned(), backend);
    }

    /// Answers the call-outs to a cluster by themselves from now on. `answer` cannot use the [`Sim`].
    ///
    /// # Panics
    /// When there is no such cluster: [`SimBuilder::call_cluster`] adds one.
    ///
    /// ```
    /// use envoy_sim_testing::{Answer, Sim};
    /// let sim = Sim::file("examples/doorman.wat").call_cluster("resolver").start();
    /// sim.answer_calls("resolver", |call| match &call.body[..] {
    ///     b"known" => Answer::ok("yes"),
    ///     _ => Answer::status(404, ""),
    /// });
    /// ```
    #[track_caller]
    pub fn answer_calls(&self, cluster: &str, answer: impl FnMut(&HttpCall) -> Answer + 'static) {
        let mut testbed = Testbed::borrow(&self.testbed);
        assert!(
            testbed.call_clusters.contains(cluster),
            "there is no cluster {cluster} for call-outs; the builder knows {:?}",
            testbed.call_clusters
        );
        testbed.responders.insert(cluster.to_owned(), Box::new(answer));
    }

    /// Replaces the plugin's configuration, as an update of the listener does: new clients meet the new one, those who
    /// are connected stay with the old one.
    ///
    /// # Errors
    /// [`StartError`] when the module refuses it; then everything stays as it was.
    pub fn reconfigure(&self, configuration: impl Into<Vec<u8>>) -> Result<(), StartError> {
        Testbed::borrow(&self.testbed).reconfigure(configuration.into())
    }

    /// Envoy exits: everybody who is connected is closed, and the machines are shut down.
    pub fn stop(&self) {
        Testbed::borrow(&self.testbed).stop();
    }

    /// gRPC and the look-ups of `envoy_resolve_dns` are yours from now on: what the module wants comes out of
    /// [`Sim::take_effects`], and what becomes of it goes into [`Sim::handle`]. Before, there is no gRPC server and no
    /// resolver: calls fail with status 14, look-ups without an answer.
    ///
    /// ```
    /// use envoy_sim::Effect;
    /// use envoy_sim_testing::Sim;
    /// let sim = Sim::file("examples/doorman.wat").call_cluster("limits").start();
    /// sim.keep_effects();
    /// for effect in sim.take_effects() {
    ///     if let Effect::Grpc(call) = effect {
    ///         println!("{call:?}");
    ///     }
    /// }
    /// ```
    pub fn keep_effects(&self) {
        Testbed::borrow(&self.testbed).kept.get_or_insert_default();
    }

    /// What the module has wanted of gRPC and DNS since the last time.
    pub fn take_effects(&self) -> Vec<Effect> {
        Testbed::borrow(&self.testbed).kept.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Tells the host that something has happened for which there is no shorter word.
    pub fn handle(&self, input: Input) {
        Testbed::borrow(&self.testbed).handle(input);
    }

    /// The next call of this callback or host function, by its name in the ABI, traps, on whatever machine it is made.
    /// What becomes of clients then is [`envoy_sim::Settings::failure_policy`]: unless that is set, new ones are
    /// closed, and old ones at their next event; one that is held and says nothing hangs, as in Envoy.
    ///
    /// # Panics
    /// When the ABI has no such function.
    #[track_caller]
    pub fn trap_in(&self, function: &str) {
        if !probe::is_in_abi(function) {
            let full = format!("proxy_{function}");
            let hint =
                if probe::is_in_abi(&full) { format!(", only {full}") } else { " in the ABI".to_owned() };
            panic!("there is no callback or host function {function}{hint}");
        }
        Testbed::borrow(&self.testbed).probe.borrow_mut().traps.insert(function.to_owned());
    }

    #[track_caller]
    fn accept(&self, from: &str, worker: Option<usize>) -> Client {
        let id = {
            let mut testbed = Testbed::borrow(&self.testbed);
            let address = from.parse::<SocketAddr>();
            let address = match (address, from.parse::<IpAddr>()) {
                (Ok(address), _) => address,
                (_, Ok(ip)) => SocketAddr::new(ip, testbed.next_port()),
                _ => panic!("`{from}` is no address: expected one such as 203.0.113.9 or [2001:db8::9]:4242"),
            };
            testbed.connect(address, worker)
        };
        Client::new(Rc::clone(&self.testbed), id)
    }
}

// === impl Sim: look ===

impl Sim {
    /// How much time has passed since the start.
    pub fn elapsed(&self) -> Duration {
        Testbed::borrow(&self.testbed).elapsed()
    }

    /// The call-outs that wait for an answer, in the order in which they were made.
    pub fn calls(&self) -> Vec<Callout> {
        let pending: Vec<_> = Testbed::borrow(&self.testbed).pending.clone();
        pending.into_iter().map(|call| Callout::new(Rc::clone(&self.testbed), call)).collect()
    }

    /// The first call-out that waits for an answer.
    ///
    /// # Panics
    /// When none does.
    #[track_caller]
    pub fn next_call(&self) -> Callout {
        let first = self.calls().into_iter().next();
        match first {
            Some(call) => call,
            None => {
                panic!("no call-out waits for an answer{}", show::log(&Testbed::borrow(&self.testbed).log))
            }
        }
    }

    /// Every line that was logged, of the module and of the host, from the start of the canary on.
    pub fn log(&self) -> Vec<LogLine> {
        Testbed::borrow(&self.testbed).log.clone()
    }

    /// The text of every line that the module has logged on a worker.
    pub fn worker_log(&self) -> Vec<String> {
        Testbed::borrow(&self.testbed).worker_log()
    }

    /// The module has logged exactly these lines on its workers, those of their start included. Lines of the host, of
    /// the canary and of the main thread do not count.
    ///
    /// # Panics
    /// When it has not.
    #[track_caller]
    pub fn assert_log<'a>(&self, expected: impl IntoIterator<Item = &'a str>) {
        let (expected, got) = (expected.into_iter().collect::<Vec<_>>(), self.worker_log());
        if expected != got {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            panic!("the log is another{}{}", show::list("expected", &expected), show::list("got", &got));
        }
    }

    /// A line with these words in it was logged, by the module or by the host.
    ///
    /// # Panics
    /// When none was.
    #[track_caller]
    pub fn assert_logged(&self, words: &str) {
        let testbed = Testbed::borrow(&self.testbed);
        let found = testbed.log.iter().any(|line| line.text.contains(words));
        assert!(found, "no line has \"{words}\" in it{}", show::log(&testbed.log));
    }

    /// Every metric by name, without Envoy's `wasmcustom.`; of a histogram the number of its values.
    pub fn metrics(&self) -> BTreeMap<String, i64> {
        Testbed::borrow(&self.testbed).time.host.metrics()
    }

    /// One metric.
    ///
    /// # Panics
    /// When the module has not defined it.
    #[track_caller]
    pub fn metric(&self, name: &str) -> i64 {
        let metrics = self.metrics();
        match metrics.get(name) {
            Some(value) => *value,
            None => panic!("there is no metric {name}; there are {:?}", metrics.keys().collect::<Vec<_>>()),
        }
    }

    /// The value under `key` in the data that all machines share.
    pub fn shared_data(&self, key: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        Testbed::borrow(&self.testbed).time.host.shared_data(key.as_ref())
    }

    /// The workers whose machine has trapped, counted from 0.
    pub fn failed_workers(&self) -> Vec<usize> {
        Testbed::borrow(&self.testbed).time.host.failed_workers()
    }

    /// Every call between host and module so far, as `host-sim run --trace` prints it; empty unless the builder said
    /// [`SimBuilder::traced`].
    pub fn trace(&self) -> String {
        let probe = Rc::clone(&Testbed::borrow(&self.testbed).probe);
        let lines = Rc::clone(&probe.borrow().lines);
        let lines = lines.borrow();
        lines.join("\n")
    }
}
