//! One layer of an image: files as a tar archive in gzip. The same files give the same bytes.

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

/// A layer as it is stored, and what its archive hashes to before it is compressed.
#[derive(Clone, Debug)]
pub struct Layer {
    pub blob: Vec<u8>,
    pub diff_id: String,
}

/// What is at a path. Everything belongs to root, and everybody may read it.
#[derive(Clone, Debug)]
pub enum LayerEntry {
    Folder,
    File(Vec<u8>),
    Program(Vec<u8>),
    /// A symbolic link to this path.
    Link(&'static str),
}

impl Layer {
    /// Packs entries by their paths, without a slash in front; the folders around them come along. All of them get the
    /// same time, in seconds of Unix.
    pub fn pack(entries: impl IntoIterator<Item = (String, LayerEntry)>, time: u32) -> Result<Self> {
        let mut archive = Builder::new(Vec::new());
        for (path, entry) in with_folders(entries) {
            entry.append(&mut archive, &path, time).with_context(|| format!("cannot pack {path}"))?;
        }
        let archive = archive.into_inner()?;
        // Its header has no time and no name of a file.
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&archive)?;
        Ok(Self { blob: gzip.finish()?, diff_id: digest(&archive) })
    }
}

impl LayerEntry {
    fn append(&self, archive: &mut Builder<Vec<u8>>, path: &str, time: u32) -> Result<()> {
        let (kind, mode, bytes): (_, _, &[u8]) = match self {
            Self::Folder => (EntryType::Directory, 0o755, &[]),
            Self::File(bytes) => (EntryType::Regular, 0o644, bytes),
            Self::Program(bytes) => (EntryType::Regular, 0o755, bytes),
            Self::Link(_) => (EntryType::Symlink, 0o777, &[]),
        };
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(time.into());
        header.set_size(u64::try_from(bytes.len())?);
        match self {
            Self::Link(target) => archive.append_link(&mut header, path, target)?,
            _ => archive.append_data(&mut header, path, bytes)?,
        }
        Ok(())
    }
}

/// How an image names bytes: the algorithm and their hash.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// In the order of their paths, so a folder comes before what is in it.
fn with_folders(entries: impl IntoIterator<Item = (String, LayerEntry)>) -> BTreeMap<String, LayerEntry> {
    let mut all = BTreeMap::new();
    for (path, entry) in entries {
        for (end, _) in path.match_indices('/') {
            all.entry(path[..end].to_owned()).or_insert(LayerEntry::Folder);
        }
        all.insert(path, entry);
    }
    all
}

#[cfg(test)]
mod tests;
