//! `compress` and `uncompress`: zlib, as in RFC 1950.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::abi::Status;

/// What `uncompress` makes at most. Envoy has no limit; here more is `SerializationFailure`.
pub(crate) const UNCOMPRESSED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// At zlib's default level. The bytes may be others than Envoy's; what they uncompress to is the same.
pub(super) fn compress(message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(message).map_err(|_| Status::SerializationFailure)?;
    encoder.finish().map(Some).map_err(|_| Status::SerializationFailure)
}

/// `SerializationFailure` for what zlib did not write or what breaks off. Bytes behind the end are ignored.
pub(super) fn uncompress(message: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    let mut bytes = Vec::new();
    let limit = UNCOMPRESSED_BYTES_MAX as u64 + 1;
    ZlibDecoder::new(message)
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|_| Status::SerializationFailure)?;
    if bytes.len() > UNCOMPRESSED_BYTES_MAX {
        return Err(Status::SerializationFailure);
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests;
