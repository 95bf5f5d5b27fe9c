//! What all workers share: Envoy's shared data is one process-wide map, so every worker sees every pass.

use crate::host::{self, HostError, HostResult};
use postscreen_engine::SharedData;

/// What all workers of one Envoy share.
#[derive(Clone, Copy, Debug)]
pub struct Shared;

impl SharedData for Shared {
    type Error = HostError;

    fn fetch(&self, key: &str) -> HostResult<Option<(Vec<u8>, u32)>> {
        host::shared_data(key)
    }

    fn store(&self, key: &str, value: &[u8], version: u32) -> HostResult<bool> {
        host::set_shared_data(key, value, version)
    }
}
