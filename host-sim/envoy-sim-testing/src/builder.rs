//! From a module and its settings to a running host.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::rc::Rc;

use envoy_sim::trace::Observer;
use envoy_sim::{Cluster, HttpCluster, Module, ModuleError, Settings, StartError};

use super::Sim;
use super::probe::TestObserver;
use super::testbed::Testbed;

/// The address that clients connect to (documentation network, RFC 5737), unless [`SimBuilder::listen`] says another.
const SERVER: &str = "198.51.100.25:25";

/// A host that is not started yet: which module, and what an Envoy configuration would say around it.
///
/// The chain is `wasm → tcp_proxy`. Without further words there is one worker, one cluster named `backend`, where
/// connections go, no cluster for call-outs, and the module sees what clients send before they are let through.
///
/// ```
/// use envoy_sim_testing::Sim;
/// let sim = Sim::file("examples/doorman.wat")
///     .configuration(r#"{ "patience": "2s" }"#)
///     .workers(2)
///     .call_cluster("resolver")
///     .settings(|settings| settings.seed = 7)
///     .start();
/// assert!(sim.failed_workers().is_empty());
/// ```
#[must_use = "nothing runs before `start`"]
pub struct SimBuilder {
    source: ModuleSource,
    settings: Settings,
    server: String,
    traced: bool,
    observer: Option<Rc<RefCell<dyn Observer>>>,
}

/// Where the module comes from.
pub(super) enum ModuleSource {
    File(PathBuf),
    Bytes { name: String, bytes: Vec<u8> },
    Module(Module),
}

/// Why there is no host to test with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The module cannot be loaded.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The module does not start: it refused its configuration, or it trapped.
    #[error("{0}{said}", said = said(.0))]
    Start(#[from] StartError),
}

/// The log of a start that failed, below the message.
fn said(error: &StartError) -> String {
    super::show::all(error.log())
}

// === impl SimBuilder ===

impl SimBuilder {
    pub(super) fn new(source: ModuleSource) -> Self {
        let settings = Settings {
            plugin_name: "filter".into(),
            root_id: String::new(),
            vm_id: String::new(),
            clusters: BTreeMap::from([("backend".into(), Cluster::Remote)]),
            http_clusters: BTreeMap::new(),
            ..Settings::postscreen("")
        };
        Self { source, settings, server: SERVER.to_owned(), traced: false, observer: None }
    }

    /// The plugin's configuration, which `proxy_on_configure` finds in buffer 7. Empty unless it is set.
    pub fn configuration(mut self, configuration: impl Into<Vec<u8>>) -> Self {
        self.settings.plugin_configuration = configuration.into();
        self
    }

    /// How many workers there are, each with a machine of its own. One unless it is set; connections take turns.
    ///
    /// # Panics
    /// When `workers` is 0: Envoy has at least one.
    #[track_caller]
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = NonZeroUsize::new(workers).expect("workers: expected at least 1, got 0");
        self
    }

    /// Adds a cluster of servers, to which the module can send connections by filter state
    /// `envoy.tcp_proxy.cluster`. The first cluster, `backend`, is always there.
    pub fn cluster(mut self, name: &str) -> Self {
        self.settings.clusters.insert(name.to_owned(), Cluster::Remote);
        self
    }

    /// Adds a cluster that speaks by itself: what is sent to it on connect comes straight back, as from Envoy's echo
    /// filter behind an internal listener.
    pub fn speaker(mut self, name: &str) -> Self {
        self.settings.clusters.insert(name.to_owned(), Cluster::Speaker);
        self
    }

    /// Adds a cluster that call-outs can go to. To any other name they fail at once, as in Envoy.
    pub fn call_cluster(mut self, name: &str) -> Self {
        self.settings.http_clusters.insert(name.to_owned(), HttpCluster::Up);
        self
    }

    /// As [`SimBuilder::call_cluster`], with no healthy host in it: call-outs fail at once with `InternalFailure`.
    pub fn dead_call_cluster(mut self, name: &str) -> Self {
        self.settings.http_clusters.insert(name.to_owned(), HttpCluster::Down);
        self
    }

    /// `max_early_data_bytes` of `tcp_proxy`. 8192 unless it is set; with `None` the module sees nothing of a client
    /// before the server is connected, as in an Envoy without that field.
    pub fn early_data(mut self, bytes_max: Option<usize>) -> Self {
        self.settings.tcp_proxy.max_early_data_bytes = bytes_max;
        self
    }

    /// The address and port that clients connect to, property `destination.address`. 198.51.100.25:25 unless it is set.
    pub fn listen(mut self, server: &str) -> Self {
        server.clone_into(&mut self.server);
        self
    }

    /// Changes any of the host's settings.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Keeps every call between host and module, for [`Sim::trace`].
    pub fn traced(mut self) -> Self {
        self.traced = true;
        self
    }

    /// Tells `observer` of every call between host and module, from the first on: to count them, for instance.
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use std::rc::Rc;
    /// use envoy_sim_testing::Sim;
    /// use envoy_sim::trace::{Call, End, Observer};
    ///
    /// #[derive(Default)]
    /// struct Lines(usize);
    ///
    /// impl Observer for Lines {
    ///     fn begins(&mut self, call: &Call) -> Option<String> {
    ///         self.0 += usize::from(call.function == "proxy_log");
    ///         None
    ///     }
    ///     fn ends(&mut self, _: &Call, _: &End) {}
    /// }
    ///
    /// let lines = Rc::new(RefCell::new(Lines::default()));
    /// let sim = Sim::file("examples/doorman.wat").observed(lines.clone()).start();
    /// sim.connect("203.0.113.9");
    /// assert_eq!(lines.borrow().0, 1);
    /// ```
    pub fn observed(mut self, observer: Rc<RefCell<dyn Observer>>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Loads the module and starts the host: canary, main thread, workers, in Envoy's order.
    ///
    /// # Panics
    /// When this fails, with everything that the module logged before. [`SimBuilder::try_start`] returns it instead.
    #[track_caller]
    pub fn start(self) -> Sim {
        match self.try_start() {
            Ok(sim) => sim,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`SimBuilder::start`], for tests about modules that must not start.
    ///
    /// ```
    /// use envoy_sim_testing::{SetupError, Sim};
    ///
    /// let refuses = r#"(module
    ///   (memory (export "memory") 1)
    ///   (func (export "proxy_abi_version_0_2_1"))
    ///   (func (export "malloc") (param i32) (result i32) (i32.const 1024))
    ///   (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 0)))"#;
    /// let error = Sim::wat(refuses).configuration("nonsense").try_start().err().unwrap();
    /// assert!(matches!(error, SetupError::Start(_)));
    /// assert!(error.to_string().contains("refused its configuration"));
    /// ```
    ///
    /// # Errors
    /// [`SetupError`], when the module cannot be loaded, refuses its configuration or traps.
    ///
    /// # Panics
    /// When the address given to [`SimBuilder::listen`] is none.
    #[track_caller]
    pub fn try_start(self) -> Result<Sim, SetupError> {
        let server: SocketAddr = match self.server.parse() {
            Ok(server) => server,
            Err(error) => {
                panic!("listen: `{}` is no address with a port, such as {SERVER}: {error}", self.server)
            }
        };
        let module = match self.source {
            ModuleSource::File(path) => Module::from_file(&path)?,
            ModuleSource::Bytes { name, bytes } => Module::from_bytes(name, &bytes)?,
            ModuleSource::Module(module) => module,
        };
        let probe = TestObserver::new(self.traced, self.observer);
        Ok(Sim::new(Testbed::start(&module, self.settings, server, probe)?))
    }
}
