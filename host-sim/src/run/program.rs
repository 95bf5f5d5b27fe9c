//! Who screens in a play: a module of some ABI, or the engine itself.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use postscreen_scenario::{HostKind, Scenario};

use super::traps;
use super::watching::Watching;
use crate::cli::{Abi, DEFAULT_COMPONENT, DEFAULT_MODULE, HostArgs};
use crate::component::{Component, ComponentHost};
use crate::{Driven, FailurePolicy, HttpCluster, Limits, Module, Now, Profile, Settings};

/// The cluster of the resolver.
const RESOLVER: &str = "resolver";

/// What is loaded once and then plays any number of stories.
pub(super) enum Program {
    /// A network filter, and the Envoy that it is in.
    ProxyWasm(Module, Envoy),
    /// A component of the world `screen`.
    Component(Component, Limits),
    /// The engine that this program was built with.
    Native,
}

/// The Envoy around a network filter.
#[derive(Clone, Copy, Default)]
pub(super) struct Envoy {
    profile: Profile,
    limits: Limits,
    /// For stories that have none.
    failure_policy: FailurePolicy,
}

impl Envoy {
    /// As Envoy is when nobody asks for anything else.
    pub(super) fn new(profile: Profile) -> Self {
        Self { profile, ..Self::default() }
    }
}

#[cfg(test)]
impl Envoy {
    /// Any call may use this much.
    pub(super) fn with_fuel(fuel: u64) -> Self {
        Self { limits: Limits { fuel: Some(fuel), ..Limits::default() }, ..Self::default() }
    }
}

impl Program {
    /// Loads what the ABI needs: the file at `path`, or else at its usual place.
    pub(super) fn load(abi: Abi, path: Option<PathBuf>, host: &HostArgs) -> Result<Self, String> {
        let path = |usual: &str| path.unwrap_or_else(|| Path::new(usual).to_owned());
        let limits = host.limits();
        match abi {
            Abi::ProxyWasm => {
                let path = path(DEFAULT_MODULE);
                let module = match limits.fuel {
                    Some(_) => Module::metered_from_file(&path),
                    None => Module::from_file(&path),
                };
                let failure_policy = host.failure_policy();
                let envoy = Envoy { profile: host.profile, limits, failure_policy };
                Ok(Self::ProxyWasm(module.map_err(|error| error.to_string())?, envoy))
            }
            Abi::Component => {
                let component = Component::from_file(&path(DEFAULT_COMPONENT));
                Ok(Self::Component(component.map_err(|error| error.to_string())?, limits))
            }
            Abi::Native => Ok(Self::Native),
        }
    }

    /// Its name on the command line.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::ProxyWasm(..) => "proxy-wasm",
            Self::Component(..) => "component",
            Self::Native => "native",
        }
    }

    /// By what name a story's `hosts` mean it. The linked engine has the component's host.
    pub(super) fn kind(&self) -> HostKind {
        match self {
            Self::ProxyWasm(..) => HostKind::ProxyWasm,
            Self::Component(..) | Self::Native => HostKind::Component,
        }
    }

    /// Whether its calls can be told to an observer.
    pub(super) fn is_traced(&self) -> bool {
        matches!(self, Self::ProxyWasm(..))
    }

    /// Whether its clients can hear a teaser.
    pub(super) fn teases(&self) -> bool {
        !matches!(self, Self::ProxyWasm(..))
    }

    /// Whether nobody is dialled for clients that are refused: the host speaks to them itself.
    pub(super) fn has_voice(&self) -> bool {
        self.teases()
    }

    /// Starts the host that a story wants, with so many workers where it does not care; an error is why the
    /// configuration is refused.
    pub(super) fn start(
        &self,
        story: &Scenario,
        workers: NonZeroUsize,
        now: Now,
        watching: &Watching,
    ) -> Result<Box<dyn Driven>, String> {
        let policy = serde_json::Value::Object(story.policy.clone()).to_string();
        let workers = story.workers.unwrap_or(workers);
        match self {
            Self::ProxyWasm(module, envoy) => {
                let settings = envoy.settings(story, policy, workers);
                let host = watching.start(story, module, settings, now).map_err(|error| error.with_log())?;
                Ok(Box::new(host))
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

// === impl Envoy ===

impl Envoy {
    fn settings(self, story: &Scenario, policy: String, workers: NonZeroUsize) -> Settings {
        let mut settings = Settings {
            profile: self.profile,
            limits: self.limits,
            workers,
            failure_policy: story.failure_policy.map_or(self.failure_policy, traps::failure_policy),
            ..Settings::postscreen(policy)
        };
        if story.resolver.as_ref().is_some_and(|outage| outage.missing) {
            settings.http_clusters.insert(RESOLVER.to_owned(), HttpCluster::Down);
        }
        settings
    }
}
