//! The key-value store that the machines of one `vm_id` share.

use std::collections::BTreeMap;

/// No expiry, no deletion, as in Envoy; it lives as long as the host.
#[derive(Debug, Default)]
pub(crate) struct SharedData {
    values: BTreeMap<Vec<u8>, (Vec<u8>, u32)>,
    last_cas: u32,
}

impl SharedData {
    /// The value and its CAS number.
    pub fn get(&self, key: &[u8]) -> Option<(&[u8], u32)> {
        self.values.get(key).map(|(value, cas)| (&value[..], *cas))
    }

    /// Stores `value`, unless the key exists and `cas` is neither 0 nor its present number. An absent key is created
    /// whatever `cas` is: two creators that race both win.
    pub fn set(&mut self, key: Vec<u8>, value: Vec<u8>, cas: u32) -> bool {
        if cas != 0 && self.values.get(&key).is_some_and(|(_, present)| *present != cas) {
            return false;
        }
        // Numbers come from one counter for all keys; 0 means "any" and is left out.
        self.last_cas = self.last_cas.checked_add(1).unwrap_or(1);
        self.values.insert(key, (value, self.last_cas));
        true
    }
}

#[cfg(test)]
mod tests;
