//! The versions of the ABI, and how a module says which it speaks.

use std::fmt;

/// A version of the Proxy-Wasm ABI. A module speaks one: it exports a function named [`AbiVersion::marker`], which is
/// never called. Some host functions exist in some versions only: [`crate::AbiFunction::versions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum AbiVersion {
    V0_1_0,
    V0_2_0,
    V0_2_1,
}

impl AbiVersion {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::V0_1_0, Self::V0_2_0, Self::V0_2_1];

    /// The name of the export that says "this module speaks this version".
    pub fn marker(self) -> &'static str {
        match self {
            Self::V0_1_0 => "proxy_abi_version_0_1_0",
            Self::V0_2_0 => "proxy_abi_version_0_2_0",
            Self::V0_2_1 => "proxy_abi_version_0_2_1",
        }
    }

    /// What `module` speaks. Of several markers Envoy takes the first, in the order of the exports.
    pub(crate) fn of(module: &wasmtime::Module) -> Option<Self> {
        module
            .exports()
            .filter(|export| export.ty().func().is_some())
            .find_map(|export| Self::ALL.into_iter().find(|version| version.marker() == export.name()))
    }
}

impl fmt::Display for AbiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V0_1_0 => "0.1.0",
            Self::V0_2_0 => "0.2.0",
            Self::V0_2_1 => "0.2.1",
        })
    }
}
