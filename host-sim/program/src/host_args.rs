//! What every command that runs a module can be told about its host.

use std::num::NonZeroUsize;

use bytesize::ByteSize;
use clap::{Args, ValueEnum};
use envoy_sim::{FailurePolicy, Limits, Profile};

/// Where `cargo xtask wasm` leaves the module.
pub const DEFAULT_MODULE: &str = "target/wasm/postscreen.wasm";

/// Where `cargo xtask wasm` leaves the component.
pub const DEFAULT_COMPONENT: &str = "target/wasm/postscreen.component.wasm";

/// The host around a module.
#[derive(Args, Clone, Debug)]
pub struct HostArgs {
    /// Which Envoy to be: envoy-1.37, envoy-1.38, envoy-1.39 or envoy-1.40
    #[arg(long, value_name = "NAME", default_value_t)]
    pub profile: Profile,
    /// The most fuel of one call into the module, about a unit for each instruction: a number such as 500M, or `none`
    ///
    /// A module that needs more is stopped as if it had trapped. Envoy has no such limit: there, a module that loops
    /// for ever blocks its worker for ever.
    #[arg(long, value_name = "N", value_parser = fuel, default_value = "4G")]
    fuel: Fuel,
    /// The most memory of one machine of the module, such as 64MiB
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "1GiB")]
    memory: ByteSize,
    /// What becomes of clients that come when the module has trapped
    ///
    /// Those who are connected are lost whatever it is: the one for whom the module was called is closed at once, the
    /// others of its worker as soon as something happens to them.
    #[arg(long, value_name = "POLICY", value_enum)]
    failure_policy: Option<AfterTrap>,
}

/// `failure_policy`, as Envoy has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AfterTrap {
    /// They are closed at once, until the host is restarted or gets another configuration
    #[value(name = "fail-closed")]
    Closed,
    /// They are served as if there were no module, until the same
    #[value(name = "fail-open")]
    Open,
    /// The module is started anew for them, at most once in a second or so; who comes sooner is closed at once
    #[value(name = "fail-reload")]
    Reload,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fuel {
    None,
    Units(u64),
}

impl HostArgs {
    pub(crate) fn limits(&self) -> Limits {
        let fuel = match self.fuel {
            Fuel::None => None,
            Fuel::Units(units) => Some(units),
        };
        Limits { fuel, memory_bytes: usize::try_from(self.memory.as_u64()).unwrap_or(usize::MAX) }
    }

    /// The policy, Envoy's default where the command line has none.
    pub(crate) fn failure_policy(&self) -> FailurePolicy {
        match self.failure_policy {
            None => FailurePolicy::default(),
            Some(AfterTrap::Closed) => FailurePolicy::FailClosed,
            Some(AfterTrap::Open) => FailurePolicy::FailOpen,
            Some(AfterTrap::Reload) => FailurePolicy::FAIL_RELOAD,
        }
    }
}

/// How many of something there are, where none makes no sense.
pub(crate) fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a whole number above 0".into())
}

fn fuel(text: &str) -> Result<Fuel, String> {
    if text == "none" {
        return Ok(Fuel::None);
    }
    // The units of bytes count other things just as well: 500M is 500 millions.
    match text.parse::<ByteSize>() {
        Ok(units) if units.as_u64() > 0 => Ok(Fuel::Units(units.as_u64())),
        _ => Err("expected a number of instructions above 0, such as 1000000 or 500M, or `none`".into()),
    }
}

fn bytes(text: &str) -> Result<ByteSize, String> {
    text.parse().map_err(|_| "expected a number of bytes, such as 1048576, 64MiB or 1GiB".into())
}

#[cfg(test)]
mod tests;
