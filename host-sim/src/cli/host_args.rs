//! What every command that runs a module can be told about its host.

use std::num::NonZeroUsize;

use bytesize::ByteSize;
use clap::Args;

use crate::{Limits, Profile};

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
    #[arg(long, value_name = "N", value_parser = fuel)]
    fuel: Option<Fuel>,
    /// The most memory of one machine of the module, such as 64MiB
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "1GiB")]
    memory: ByteSize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fuel {
    None,
    Units(u64),
}

impl HostArgs {
    /// The limits, with this fuel where the command line has none.
    pub(crate) fn limits(&self, fuel: Option<u64>) -> Limits {
        let fuel = match self.fuel {
            None => fuel,
            Some(Fuel::None) => None,
            Some(Fuel::Units(units)) => Some(units),
        };
        Limits { fuel, memory_bytes: usize::try_from(self.memory.as_u64()).unwrap_or(usize::MAX) }
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
