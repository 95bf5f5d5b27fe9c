//! The host functions of the ABI, versions 0.1.0 to 0.2.1.
//!
//! [`PROXY`] and [`crate::wasi::WASI`] are data: name, parameters, result, handler, versions. The linker, the check of
//! a module's imports, the public list [`abi_functions`] and the tests all read them.

mod callout;
pub(crate) mod foreign;
mod guest;
mod header_map;
mod linker;
mod list;
pub(crate) mod proto;
mod store;
mod stream;
mod system;
mod table;

pub(crate) use guest::{Args, Guest, HostCallError, Status};
pub(crate) use header_map::encode_pairs;
pub(crate) use linker::{all, check_imports, is_allowed, linker, newest_import, signature};
pub use list::{AbiFunction, AbiParam, AbiType, AbiVersion, abi_callbacks, abi_functions};
pub(crate) use system::nanoseconds;
pub(crate) use table::{Handler, HostFunction, PROXY, Param};
