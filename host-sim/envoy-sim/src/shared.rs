//! What machines share: the key-value store, and the queues.

use std::collections::{BTreeMap, VecDeque};

use crate::abi::Status;
use crate::event::VmId;

/// Bytes of all keys and values. Envoy has no limit; here more is `InternalFailure`.
pub(crate) const SHARED_DATA_BYTES_MAX: usize = 256 * 1024 * 1024;
/// What a key costs besides its bytes, so that empty values cannot fill the memory either.
pub(crate) const SHARED_DATA_KEY_OVERHEAD_BYTES: usize = 64;

/// The key-value store that the machines of one `vm_id` share. No expiry, no deletion, as in Envoy; it lives as long as
/// the host.
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

/// Queues of one host. Envoy has no limit; here one more is `InternalFailure`.
pub(crate) const QUEUES_MAX: usize = 4096;
/// Bytes in all queues of one host, names and values. Envoy has no limit; here more is `InternalFailure`.
pub(crate) const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a value costs besides its bytes, so that empty ones cannot fill the memory either.
pub(crate) const QUEUE_VALUE_OVERHEAD_BYTES: usize = 64;
/// Posts that wait for their machine's turn. Envoy has no limit; here one more is `InternalFailure`.
pub(crate) const QUEUE_POSTS_MAX: usize = 1024 * 1024;

/// A root context: its machine, and its number there.
pub(crate) type Owner = (VmId, u32);

/// All queues of one host, by machine id and name, and who is to be told of what.
#[derive(Debug, Default)]
pub(crate) struct SharedQueues {
    tokens: BTreeMap<(String, Vec<u8>), u32>,
    queues: BTreeMap<u32, Queue>,
    bytes: usize,
    /// Posted to the event loops of their machines, in order: who, and which queue.
    posted: VecDeque<(Owner, u32)>,
}

#[derive(Debug)]
struct Queue {
    /// Who registered it last.
    owner: Owner,
    values: VecDeque<Vec<u8>>,
}

impl SharedQueues {
    /// The queue's number, counted from 1. Registering again keeps the values, and makes `owner` the one that is told.
    pub fn register(&mut self, vm_id: &str, name: Vec<u8>, (vm, root): Owner) -> Result<u32, Status> {
        // The machine that tries a configuration is soon gone; its event loop is the main thread's.
        let owner = (if vm == VmId::Canary { VmId::Main } else { vm }, root);
        let key = (vm_id.to_owned(), name);
        if let Some(token) = self.tokens.get(&key).copied() {
            if let Some(queue) = self.queues.get_mut(&token) {
                queue.owner = owner;
            }
            return Ok(token);
        }
        if self.queues.len() >= QUEUES_MAX {
            return Err(Status::InternalFailure);
        }
        take_room(&mut self.bytes, key.0.len() + key.1.len())?;
        let token = u32::try_from(self.queues.len() + 1).unwrap_or(u32::MAX);
        self.tokens.insert(key, token);
        self.queues.insert(token, Queue { owner, values: VecDeque::new() });
        Ok(token)
    }

    /// The number of a queue that somebody has registered.
    pub fn resolve(&self, vm_id: &str, name: &[u8]) -> Option<u32> {
        self.tokens.get(&(vm_id.to_owned(), name.to_vec())).copied()
    }

    pub fn dequeue(&mut self, token: u32) -> Result<Vec<u8>, Status> {
        let queue = self.queues.get_mut(&token).ok_or(Status::NotFound)?;
        let value = queue.values.pop_front().ok_or(Status::Empty)?;
        self.bytes -= value.len() + QUEUE_VALUE_OVERHEAD_BYTES;
        Ok(value)
    }

    /// Appends `value`, and posts that the queue is ready: once per value, whether it is still there then or not.
    pub fn enqueue(&mut self, token: u32, value: Vec<u8>) -> Result<(), Status> {
        let queue = self.queues.get_mut(&token).ok_or(Status::NotFound)?;
        if self.posted.len() >= QUEUE_POSTS_MAX {
            return Err(Status::InternalFailure);
        }
        take_room(&mut self.bytes, value.len() + QUEUE_VALUE_OVERHEAD_BYTES)?;
        queue.values.push_back(value);
        self.posted.push_back((queue.owner, token));
        Ok(())
    }

    /// The next root context to be told, and of which queue.
    pub fn take_posted(&mut self) -> Option<(Owner, u32)> {
        self.posted.pop_front()
    }

    /// Whether somebody is still to be told.
    pub fn has_posted(&self) -> bool {
        !self.posted.is_empty()
    }
}

/// Counts `bytes` more, while they fit.
fn take_room(taken: &mut usize, bytes: usize) -> Result<(), Status> {
    if bytes > QUEUE_BYTES_MAX - *taken {
        return Err(Status::InternalFailure);
    }
    *taken += bytes;
    Ok(())
}

#[cfg(test)]
mod tests;
