//! The table of passes in Envoy's shared data: one process-wide map, so every worker sees every pass.

use crate::host;
use postscreen_engine::Record;
use postscreen_engine::table::{self, Bucket, bucket_of};
use std::net::IpAddr;
use std::num::NonZeroU32;

/// The record of `client`. A host that cannot tell makes it a new client.
pub fn recall(client: IpAddr, buckets: NonZeroU32) -> Option<Record> {
    let (bytes, _) = host::shared_data(&key(client, buckets)).ok()??;
    Bucket::decode(&bytes).get(client)
}

/// Stores the record of `client`. Whether that worked.
///
/// Shared data has no atomic creation: of two workers that create a bucket at once, one loses its record, and that
/// client is tested once more.
pub fn remember(client: IpAddr, record: Record, buckets: NonZeroU32) -> bool {
    let key = key(client, buckets);
    table::remember(
        client,
        record,
        || host::shared_data(&key),
        |bucket, version| host::set_shared_data(&key, bucket, version),
    )
}

fn key(client: IpAddr, buckets: NonZeroU32) -> String {
    format!("postscreen.passes.{}", bucket_of(client, buckets))
}
