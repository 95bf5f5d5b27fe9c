//! Who screens in a play: a module of some ABI, or the engine itself.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use postscreen_scenario::HostKind;

use crate::cli::{Abi, DEFAULT_COMPONENT, DEFAULT_MODULE};
use crate::component::{Component, ComponentHost, Limits};
use crate::{Driven, Host, Module, Now, Settings, StartError};

/// What is loaded once and then plays any number of stories.
pub(super) enum Program {
    /// A network filter.
    ProxyWasm(Module),
    /// A component of the world `screen`.
    Component(Component),
    /// The engine that this program was built with.
    Native,
}

impl Program {
    /// Loads what the ABI needs: the file at `path`, or else at its usual place.
    pub(super) fn load(abi: Abi, path: Option<PathBuf>) -> Result<Self, String> {
        let path = |usual: &str| path.unwrap_or_else(|| Path::new(usual).to_owned());
        match abi {
            Abi::ProxyWasm => {
                let module = Module::from_file(&path(DEFAULT_MODULE));
                Ok(Self::ProxyWasm(module.map_err(|error| error.to_string())?))
            }
            Abi::Component => {
                let component = Component::from_file(&path(DEFAULT_COMPONENT));
                Ok(Self::Component(component.map_err(|error| error.to_string())?))
            }
            Abi::Native => Ok(Self::Native),
        }
    }

    /// Its name on the command line.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::ProxyWasm(_) => "proxy-wasm",
            Self::Component(_) => "component",
            Self::Native => "native",
        }
    }

    /// By what name a story's `hosts` mean it. A component is the engine, and its host can do all that the engine wants.
    pub(super) fn kind(&self) -> HostKind {
        match self {
            Self::ProxyWasm(_) => HostKind::ProxyWasm,
            Self::Component(_) | Self::Native => HostKind::Native,
        }
    }

    /// Whether its clients can hear a teaser.
    pub(super) fn teases(&self) -> bool {
        !matches!(self, Self::ProxyWasm(_))
    }

    /// Starts a host with a configuration; an error is why it is refused.
    pub(super) fn start(
        &self,
        policy: &str,
        workers: NonZeroUsize,
        now: Now,
    ) -> Result<Box<dyn Driven>, String> {
        match self {
            Self::ProxyWasm(module) => {
                let settings = Settings { workers, ..Settings::postscreen(policy) };
                let host = Host::start(module, settings, now).map_err(|error| reason(&error))?;
                Ok(Box::new(host))
            }
            Self::Component(component) => {
                let host = ComponentHost::start(component, policy.as_bytes(), workers, Limits::default());
                Ok(Box::new(host.map_err(|error| error.to_string())?))
            }
            Self::Native => {
                let host = ComponentHost::native(policy.as_bytes(), workers);
                Ok(Box::new(host.map_err(|error| error.to_string())?))
            }
        }
    }
}

/// Why the module does not start, with all that it said.
fn reason(error: &StartError) -> String {
    let said = error.log().iter().map(|line| line.text.clone());
    std::iter::once(error.to_string()).chain(said).collect::<Vec<_>>().join("\n")
}
