//! From the arguments to the files.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use postscreen_scenario::FILE_BYTES_MAX;

/// How deep directories are walked, so that a link to a parent ends the walk with an error.
const DEPTH_MAX: usize = 8;

/// The files as they are named, and every `.yaml` file below the directories, in the order of their names.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        if path.is_dir() {
            walk(path, 1, &mut found)?;
        } else {
            found.push(path.clone());
        }
        if found.len() == before {
            return Err(format!("no file below {} ends with .yaml", path.display()));
        }
    }
    Ok(found)
}

/// A file's bytes, unless it is too large to be a story.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let wrong = |error: std::io::Error| format!("cannot read it: {error}");
    let max = FILE_BYTES_MAX as u64;
    let len = fs::metadata(path).map_err(wrong)?.len();
    if len > max {
        return Err(format!("the file has {len} bytes: expected at most {max}"));
    }
    let mut bytes = Vec::new();
    // A pipe or a device does not tell how much there is.
    File::open(path).and_then(|file| file.take(max + 1).read_to_end(&mut bytes)).map_err(wrong)?;
    if bytes.len() as u64 > max {
        return Err(format!("the file has no end: expected at most {max} bytes"));
    }
    Ok(bytes)
}

fn walk(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("cannot read the directory {}: {error}", directory.display());
    if depth > DEPTH_MAX {
        return Err(format!("{} lies more than {DEPTH_MAX} directories deep", directory.display()));
    }
    let entries = fs::read_dir(directory).map_err(wrong)?;
    let mut entries = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    entries.sort_unstable();
    for entry in entries {
        if entry.is_dir() {
            walk(&entry, depth + 1, found)?;
        } else if entry.extension().is_some_and(|extension| extension == "yaml") {
            found.push(entry);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
