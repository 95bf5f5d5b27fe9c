//! The key of the hash that chooses a client's bucket.
//!
//! Without one everybody could compute addresses that share a bucket, fill it, and so keep their own sessions from
//! being counted or a chosen client from being remembered. The first worker of a host draws it; it is never told.

use super::bucket::key_of;
use crate::client_record::Reference;
use crate::io::ConnectionId;
use crate::line::Line;
use crate::shared::{ABSENT, SharedData};
use crate::time::Now;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

const KEY: &str = "postscreen.key";

/// The key, the same on all workers of a host.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashKey([u8; 16]);

impl HashKey {
    /// The key of hosts that cannot share one.
    const NONE: Self = Self([0; 16]);

    /// The key that the workers have agreed on; `candidate`, which must be random, if this is the first to ask. A host
    /// that cannot store it hashes without a key, and the line says so.
    pub fn agree<S: SharedData>(shared: &S, candidate: [u8; 16]) -> (Self, Option<Line>) {
        let version = match shared.fetch(KEY) {
            Ok(Some((bytes, version))) => match bytes.try_into() {
                Ok(key) => return (Self(key), None),
                // Cut short, or another version's: as good as none.
                Err(_) => version,
            },
            Ok(None) | Err(_) => ABSENT,
        };
        // Another worker may have been faster, and then it is that worker's key which the second look finds.
        _ = shared.store(KEY, &candidate, version);
        match shared.fetch(KEY).ok().flatten().and_then(|(bytes, _)| bytes.try_into().ok()) {
            Some(key) => (Self(key), None),
            None => (Self::NONE, Some(Line::warning(WITHOUT.to_owned()))),
        }
    }

    /// The key that the workers have agreed on, for those who only look.
    pub fn of<S: SharedData>(shared: &S) -> Self {
        let stored = shared.fetch(KEY).ok().flatten();
        stored.and_then(|(bytes, _)| bytes.try_into().ok()).map_or(Self::NONE, Self)
    }

    /// The name of the record of a client that came now, on this connection of the worker.
    pub fn reference(&self, client: SocketAddr, connection: ConnectionId, now: Now) -> Reference {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write(&key_of(client.ip()));
        hasher.write_u16(client.port());
        hasher.write_u64(connection.0);
        hasher.write_u64(now.unix);
        hasher.write_u64(now.instant.as_millis());
        Reference::of(hasher.finish())
    }

    /// The bucket that `client` belongs to, of so many.
    pub fn bucket_of(&self, client: IpAddr, buckets: NonZeroU32) -> u32 {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write(&key_of(client));
        // The remainder of a division by a u32 fits into one.
        u32::try_from(hasher.finish() % u64::from(buckets.get())).unwrap_or_default()
    }
}

impl std::fmt::Debug for HashKey {
    /// The key stays where it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::NONE { "HashKey(none)" } else { "HashKey(…)" })
    }
}

const WITHOUT: &str = "warning: postscreen.key cannot be stored: clients are found by a hash without a key";

#[cfg(test)]
mod tests;
