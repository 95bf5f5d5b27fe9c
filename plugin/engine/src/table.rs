//! The temporary allowlist: a fixed number of buckets with a few records each.
//!
//! Proxy-Wasm's shared data neither expires nor deletes, so the number of keys must be bounded by construction: a
//! client belongs to one bucket, a bucket holds [`RECORDS_PER_BUCKET`] records, and the record whose last pass ends
//! first makes room. In [`SharedData`], bucket number N has the key `postscreen.passes.N`.
//!
//! ```text
//! bucket = version (1 byte) { record }
//! record = IPv6 address or IPv4-mapped address (16 bytes), expiry of each test (5 × 4 bytes, big endian, Unix seconds)
//! ```

use crate::record::{Record, Test};
use crate::shared::{self, SharedData};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

/// Records per bucket. Eight keep the overflow of a half-full table below one in a thousand.
pub const RECORDS_PER_BUCKET: usize = 8;
/// Bytes per record.
pub const RECORD_LEN: usize = 16 + 4 * Test::COUNT;

const VERSION: u8 = 1;

/// The bucket that `client` belongs to. The same on every worker and after every restart.
pub fn bucket_of(client: IpAddr, buckets: NonZeroU32) -> u32 {
    let mut hasher = SipHasher13::new();
    hasher.write(&key(client));
    // The remainder of a division by a u32 fits into one.
    u32::try_from(hasher.finish() % u64::from(buckets.get())).unwrap_or_default()
}

/// The record of `client`. A host that cannot tell makes it a new client.
pub fn recall<S: SharedData>(shared: &S, client: IpAddr, buckets: NonZeroU32) -> Option<Record> {
    let (bytes, _) = shared.fetch(&bucket_key(client, buckets)).ok()??;
    Bucket::decode(&bytes).get(client)
}

/// Stores the record of `client` in its bucket. Whether that worked.
pub fn remember<S: SharedData>(shared: &S, client: IpAddr, record: Record, buckets: NonZeroU32) -> bool {
    let worked = shared::update(shared, &bucket_key(client, buckets), |bytes| {
        let mut bucket = Bucket::decode(bytes);
        bucket.put(client, record);
        (Some(bucket.encode()), ())
    });
    worked.is_some()
}

fn bucket_key(client: IpAddr, buckets: NonZeroU32) -> String {
    format!("postscreen.passes.{}", bucket_of(client, buckets))
}

/// Some clients' records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket(Vec<([u8; 16], Record)>);

impl Bucket {
    /// Reads what [`Bucket::encode`] wrote. Anything else, such as another version's bucket, reads as empty: its
    /// clients are tested again.
    pub fn decode(bytes: &[u8]) -> Self {
        let Some((&VERSION, records)) = bytes.split_first() else { return Self::default() };
        if !records.len().is_multiple_of(RECORD_LEN) {
            return Self::default();
        }
        Self(records.chunks_exact(RECORD_LEN).take(RECORDS_PER_BUCKET).filter_map(decode_record).collect())
    }

    /// The bucket as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + self.0.len() * RECORD_LEN);
        bytes.push(VERSION);
        for (key, record) in &self.0 {
            bytes.extend_from_slice(key);
            for stamp in record.stamps() {
                bytes.extend_from_slice(&stamp.to_be_bytes());
            }
        }
        bytes
    }

    /// The record of `client`.
    pub fn get(&self, client: IpAddr) -> Option<Record> {
        let key = key(client);
        self.0.iter().find(|(other, _)| *other == key).map(|&(_, record)| record)
    }

    /// Stores the record of `client`, in place of its old one, or of the one whose last pass ends first when the bucket
    /// is full.
    pub fn put(&mut self, client: IpAddr, record: Record) {
        let key = key(client);
        if let Some((_, old)) = self.0.iter_mut().find(|(other, _)| *other == key) {
            *old = record;
        } else if self.0.len() < RECORDS_PER_BUCKET {
            self.0.push((key, record));
        } else if let Some(oldest) = self.0.iter_mut().min_by_key(|(_, record)| record.latest_expiry()) {
            *oldest = (key, record);
        }
    }
}

/// The address of `client` as bytes that sort and compare, IPv4 as IPv4-mapped.
pub(crate) fn key(client: IpAddr) -> [u8; 16] {
    match client {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => Ipv6Addr::octets(&address),
    }
}

fn decode_record(bytes: &[u8]) -> Option<([u8; 16], Record)> {
    let (key, stamps) = bytes.split_first_chunk::<16>()?;
    let mut record = [0; Test::COUNT];
    for (stamp, bytes) in record.iter_mut().zip(stamps.chunks_exact(4)) {
        *stamp = u32::from_be_bytes(bytes.try_into().ok()?);
    }
    Some((*key, Record::from_stamps(record)))
}

#[cfg(test)]
mod tests;
