//! The key-value store that the machines of one `vm_id` share.

use std::collections::BTreeMap;

use crate::abi::Status;

/// Bytes of all keys and values. Envoy has no limit; here more is `InternalFailure`.
pub(crate) const SHARED_DATA_BYTES_MAX: usize = 256 * 1024 * 1024;
/// What a key costs besides its bytes, so that empty values cannot fill the memory either.
pub(crate) const SHARED_DATA_KEY_OVERHEAD_BYTES: usize = 64;

/// No expiry, no deletion, as in Envoy; it lives as long as the host.
#[derive(Debug, Default)]
pub(crate) struct SharedData {
    values: BTreeMap<Vec<u8>, (Vec<u8>, u32)>,
    last_cas: u32,
    bytes: usize,
}

impl SharedData {
    /// The value and its CAS number.
    pub fn get(&self, key: &[u8]) -> Option<(&[u8], u32)> {
        self.values.get(key).map(|(value, cas)| (&value[..], *cas))
    }

    /// Stores `value`, unless the key exists and `cas` is neither 0 nor its present number. An absent key is created
    /// whatever `cas` is: two creators that race both win.
    pub fn set(&mut self, key: Vec<u8>, value: Vec<u8>, cas: u32) -> Result<(), Status> {
        let present = self.values.get(&key);
        if cas != 0 && present.is_some_and(|(_, present)| *present != cas) {
            return Err(Status::CasMismatch);
        }
        let freed = present.map_or(0, |(old, _)| old.len() + cost(&key));
        let bytes = self.bytes - freed + value.len() + cost(&key);
        if bytes > SHARED_DATA_BYTES_MAX {
            return Err(Status::InternalFailure);
        }
        self.bytes = bytes;
        // Numbers come from one counter for all keys; 0 means "any" and is left out.
        self.last_cas = self.last_cas.checked_add(1).unwrap_or(1);
        self.values.insert(key, (value, self.last_cas));
        Ok(())
    }
}

fn cost(key: &[u8]) -> usize {
    key.len() + SHARED_DATA_KEY_OVERHEAD_BYTES
}

#[cfg(test)]
mod tests;
