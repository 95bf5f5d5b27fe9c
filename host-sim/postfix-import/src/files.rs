//! Finds and reads the files that a configuration names.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::source::Source;

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 16 << 20;
/// The most files of one configuration.
pub const FILES_MAX: usize = 1_000;

/// Reads files, which may stand elsewhere than on the machine that they come from.
pub struct Files {
    /// Where main.cf stands.
    beside: PathBuf,
    /// What `/` stands for, when it is another directory.
    root: Option<PathBuf>,
    /// Postfix's `config_directory`.
    pub config_directory: String,
    read: usize,
}

impl Files {
    pub fn new(beside: PathBuf, root: Option<PathBuf>) -> Self {
        Self { beside, root, config_directory: "/etc/postfix".to_owned(), read: 0 }
    }

    /// Takes in a text that was read otherwise.
    pub fn source(&mut self, name: String, text: String) -> Arc<Source> {
        self.read += 1;
        Arc::new(Source { name, text, rank: self.read })
    }

    /// Reads a file that the configuration names; the error is a sentence.
    pub fn read(&mut self, path: &str) -> Result<Arc<Source>, String> {
        let candidates = self.candidates(path);
        let found = candidates.iter().find(|candidate| candidate.is_file());
        let Some(found) = found.or(candidates.first()) else { return Err(format!("{path}: no such file.")) };
        self.open(found)
    }

    /// Reads this file.
    pub fn open(&mut self, path: &Path) -> Result<Arc<Source>, String> {
        if self.read >= FILES_MAX {
            return Err(format!("More than {FILES_MAX} files are named."));
        }
        let failed = |why: String| format!("{} cannot be read: {why}.", path.display());
        let file = File::open(path).map_err(|error| failed(error.to_string()))?;
        let text = text(file).map_err(failed)?;
        Ok(self.source(path.display().to_string(), text))
    }

    /// Where a file may stand, the likeliest first.
    fn candidates(&self, path: &str) -> Vec<PathBuf> {
        let below = |directory: &str| Path::new(path).strip_prefix(directory).ok();
        let in_config = below(&self.config_directory);
        let in_root = below("/");
        match (&self.root, in_root) {
            (_, None) => vec![self.beside.join(path)],
            (Some(root), Some(rest)) => {
                [Some(rest), in_config].into_iter().flatten().map(|rest| root.join(rest)).collect()
            }
            (None, Some(_)) => {
                in_config.map(|rest| self.beside.join(rest)).into_iter().chain([path.into()]).collect()
            }
        }
    }
}

/// Everything that a reader has, if that is not too much, and is text.
pub fn text(reader: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    reader.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("more than {FILE_BYTES_MAX} bytes"));
    }
    String::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

#[cfg(test)]
mod tests;
