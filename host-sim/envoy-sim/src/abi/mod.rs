//! The host functions of the ABI, versions 0.1.0 to 0.2.1.
//!
//! [`PROXY`] and [`crate::wasi::WASI`] are data: name, parameters, result, handler, versions. The linker, the check of
//! a module's imports, the public list [`abi_functions`] and the tests all read them.

mod buffer;
mod configuration;
mod dns;
pub(crate) mod foreign;
mod function;
mod grpc;
mod guest;
mod header_map;
mod http;
mod link;
mod list;
mod metric;
pub(crate) mod pairs;
mod property;
pub(crate) mod proto;
mod queue;
mod restriction;
mod runtime;
mod shared_data;
mod status;
mod stream;
mod system;
mod table;
mod version;

pub(crate) use function::{Handler, HostFunction, Param};
pub(crate) use guest::{Args, Guest};
pub(crate) use link::{all, check_imports, linker, newest_import, signature};
pub use list::{AbiFunction, AbiParam, AbiType, abi_callbacks, abi_functions};
pub(crate) use restriction::is_allowed;
pub(crate) use status::{HostCallError, Status};
pub(crate) use system::nanoseconds;
pub(crate) use table::PROXY;
pub use version::AbiVersion;
