//! From the command line to who screens.

use std::path::{Path, PathBuf};

use component_host::Component;
use envoy_sim::Module;
use virtual_player::{Envoy, Screener};

use super::options::Abi;
use crate::host_args::{DEFAULT_COMPONENT, DEFAULT_MODULE, HostArgs};

/// Loads what the ABI needs: the file at `path`, or else at its usual place.
pub(super) fn screener(abi: Abi, path: Option<PathBuf>, host: &HostArgs) -> Result<Screener, String> {
    let path = |usual: &str| path.unwrap_or_else(|| Path::new(usual).to_owned());
    let limits = host.limits();
    match abi {
        Abi::ProxyWasm => {
            let path = path(DEFAULT_MODULE);
            let load = if limits.fuel.is_some() { Module::metered_from_file } else { Module::from_file };
            let envoy = Envoy { profile: host.profile, limits, failure_policy: host.failure_policy() };
            Ok(Screener::ProxyWasm(load(&path).map_err(|error| error.to_string())?, envoy))
        }
        Abi::Component => {
            let component = Component::from_file(&path(DEFAULT_COMPONENT));
            Ok(Screener::Component(component.map_err(|error| error.to_string())?, limits))
        }
        Abi::Native => Ok(Screener::Native),
    }
}
