//! Who screens the clients of a story: a module of some ABI, or the engine itself.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::rc::Rc;

use component_host::{Component, ComponentHost};
use envoy_sim::trace::{Call, Direction, End, Observer};
use envoy_sim::{
    Driven, FailurePolicy, Host, HttpCluster, Limits, Module, Now, Profile, Settings, StartError, VmId,
};
use postscreen_scenario::{FailurePolicy as Wanted, HostKind, Scenario, Trap};

/// The cluster of the resolver.
const RESOLVER: &str = "resolver";

/// What is loaded once and then plays any number of stories.
pub enum Screener {
    /// A network filter, and the Envoy that it is in.
    ProxyWasm(Module, Envoy),
    /// A component of the world `screen`.
    Component(Component, Limits),
    /// The engine that this program was built with.
    Native,
}

/// The Envoy around a network filter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Envoy {
    /// Its version.
    pub profile: Profile,
    /// How much a machine may use.
    pub limits: Limits,
    /// What becomes of clients after a trap, for stories that do not say.
    pub failure_policy: FailurePolicy,
}

impl Screener {
    /// Its name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ProxyWasm(..) => "proxy-wasm",
            Self::Component(..) => "component",
            Self::Native => "native",
        }
    }

    /// By what name a story's `hosts` mean it. The linked engine has the component's host.
    pub fn kind(&self) -> HostKind {
        match self {
            Self::ProxyWasm(..) => HostKind::ProxyWasm,
            Self::Component(..) | Self::Native => HostKind::Component,
        }
    }

    /// Whether its calls can be told to an observer.
    pub fn is_traced(&self) -> bool {
        matches!(self, Self::ProxyWasm(..))
    }

    /// Whether its clients can hear a teaser, and nobody is dialled for those that are refused: the host speaks to them
    /// itself.
    pub fn has_voice(&self) -> bool {
        !matches!(self, Self::ProxyWasm(..))
    }

    /// Starts the host that a story wants, with so many workers where it does not care; an error is why the
    /// configuration is refused.
    pub(crate) fn start(
        &self,
        story: &Scenario,
        workers: NonZeroUsize,
        now: Now,
        observer: Option<Rc<RefCell<dyn Observer>>>,
    ) -> Result<Box<dyn Driven>, String> {
        let policy = configuration(&story.policy);
        let workers = story.workers.unwrap_or(workers);
        match self {
            Self::ProxyWasm(module, envoy) => {
                let host = envoy.start(story, module, policy, workers, now, observer);
                Ok(Box::new(host.map_err(|error| error.with_log())?))
            }
            Self::Component(component, limits) => {
                let host = ComponentHost::start(component, policy.as_bytes(), workers, *limits);
                Ok(Box::new(host.map_err(|error| error.to_string())?))
            }
            Self::Native => {
                let host = ComponentHost::native(policy.as_bytes(), workers);
                Ok(Box::new(host.map_err(|error| error.to_string())?))
            }
        }
    }
}

/// A story's policy as the module's configuration.
pub(crate) fn configuration(policy: &serde_json::Map<String, serde_json::Value>) -> String {
    serde_json::Value::Object(policy.clone()).to_string()
}

// === impl Envoy ===

impl Envoy {
    /// A host whose calls are told to the observer, and whose machines trap when the story wants it.
    fn start(
        self,
        story: &Scenario,
        module: &Module,
        policy: String,
        workers: NonZeroUsize,
        now: Now,
        mut observer: Option<Rc<RefCell<dyn Observer>>>,
    ) -> Result<Host, StartError> {
        if !story.traps.is_empty() {
            observer = Some(Rc::new(RefCell::new(Traps::new(&story.traps, observer))));
        }
        let settings = self.settings(story, policy, workers);
        match observer {
            Some(observer) => Host::start_observed(module, settings, now, observer),
            None => Host::start(module, settings, now),
        }
    }

    fn settings(self, story: &Scenario, policy: String, workers: NonZeroUsize) -> Settings {
        let mut settings = Settings {
            profile: self.profile,
            limits: self.limits,
            workers,
            failure_policy: story.failure_policy.map_or(self.failure_policy, failure_policy),
            ..Settings::postscreen(policy)
        };
        if story.resolver.as_ref().is_some_and(|outage| outage.missing) {
            settings.http_clusters.insert(RESOLVER.to_owned(), HttpCluster::Down);
        }
        settings
    }
}

/// What a machine that traps for a story says.
const REASON: &str = "the story wants a trap";

/// Lets machines trap, and tells somebody else of the calls.
struct Traps {
    waiting: Vec<Trap>,
    inner: Option<Rc<RefCell<dyn Observer>>>,
}

// === impl Traps ===

impl Traps {
    fn new(traps: &[Trap], inner: Option<Rc<RefCell<dyn Observer>>>) -> Self {
        Self { waiting: traps.to_vec(), inner }
    }
}

impl Observer for Traps {
    fn begins(&mut self, call: &Call) -> Option<String> {
        let inner = self.inner.as_ref().and_then(|inner| inner.borrow_mut().begins(call));
        let due = |trap: &Trap| trap.at <= call.now.monotonic && call.vm == VmId::Worker(trap.worker);
        let index = self.waiting.iter().position(due).filter(|_| call.direction == Direction::Callback);
        let reason = index.map(|index| {
            self.waiting.remove(index);
            REASON.to_owned()
        });
        reason.or(inner)
    }

    fn ends(&mut self, call: &Call, end: &End) {
        if let Some(inner) = &self.inner {
            inner.borrow_mut().ends(call, end);
        }
    }
}

/// The host's setting for what a story wants.
fn failure_policy(wanted: Wanted) -> FailurePolicy {
    match wanted {
        Wanted::FailClosed => FailurePolicy::FailClosed,
        Wanted::FailOpen => FailurePolicy::FailOpen,
        Wanted::FailReload => FailurePolicy::FAIL_RELOAD,
    }
}
