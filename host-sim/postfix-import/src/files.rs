//! Files of a configuration: where they are found, their logical lines, places in them, and lists as they write them.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 16 << 20;
/// The most files of one configuration.
pub const FILES_MAX: usize = 1_000;
/// The longest logical line that is read, in bytes. Long lists stand in tables.
pub const LINE_BYTES_MAX: usize = 2 << 20;

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

    /// Where a file with this name stands beside main.cf, if it does.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.beside.join(name)
    }

    /// Takes in a text that was read otherwise.
    pub fn add(&mut self, name: String, text: String) -> Arc<ConfigFile> {
        self.read += 1;
        Arc::new(ConfigFile { name, text: text.into(), rank: self.read })
    }

    /// Reads a file that the configuration names; the error is a sentence.
    pub fn read(&mut self, path: &str) -> Result<Arc<ConfigFile>, String> {
        let candidates = self.candidates(path);
        if let Some(found) = candidates.iter().find(|candidate| candidate.is_file()) {
            return self.open(found);
        }
        let why = match candidates.first().map(std::fs::metadata) {
            Some(Err(error)) => error.to_string(),
            // Such as a pipe, which may never end.
            _ => "it is no regular file".to_owned(),
        };
        Err(format!("{path} cannot be read: {why}."))
    }

    /// Reads this file.
    pub fn open(&mut self, path: &Path) -> Result<Arc<ConfigFile>, String> {
        if self.read >= FILES_MAX {
            return Err(format!("More than {FILES_MAX} files are named."));
        }
        let failed = |why: String| format!("{} cannot be read: {why}.", path.display());
        let file = File::open(path).map_err(|error| failed(error.to_string()))?;
        let text = text(file).map_err(failed)?;
        Ok(self.add(path.display().to_string(), text))
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

/// Everything that a reader has, if that is not too much, and is text. Comments may be in any encoding: bytes that are
/// no UTF-8 become U+FFFD, and so do control characters, which a terminal would obey. A mark of the byte order, as some
/// editors write it, is no part of the text.
pub fn text(reader: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    reader.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("more than {FILE_BYTES_MAX} bytes"));
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        let lines = || bytes[..at].split(|&byte| byte == b'\n');
        let (line, column) = (lines().count(), lines().next_back().map_or(0, <[u8]>::len) + 1);
        return Err(format!("no text, but a NUL byte, in line {line}, column {column}"));
    }
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
    let plain = |c: char| if c.is_control() && !"\n\t".contains(c) { char::REPLACEMENT_CHARACTER } else { c };
    Ok(text.chars().map(plain).collect())
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file that was read.
#[derive(Debug)]
pub struct ConfigFile {
    /// What to call it in messages.
    pub name: String,
    pub text: Arc<str>,
    /// How many files were read before: warnings come in this order.
    pub rank: usize,
}

/// A piece of a file, in bytes.
#[derive(Clone, Debug)]
pub struct ConfigPlace {
    pub file: Arc<ConfigFile>,
    pub span: Range<usize>,
}

impl ConfigPlace {
    /// The line on which it begins, from 1.
    pub fn line(&self) -> usize {
        self.file.text[..self.span.start].matches('\n').count() + 1
    }

    /// The character of that line with which it begins, from 1.
    pub fn column(&self) -> usize {
        let before = &self.file.text[..self.span.start];
        before[before.rfind('\n').map_or(0, |at| at + 1)..].chars().count() + 1
    }

    /// `main.cf:12:5`
    pub fn name(&self) -> String {
        format!("{}:{}:{}", self.file.name, self.line(), self.column())
    }

    /// The bytes of the longest line of the text that a piece of it is shown with: its own, and those beside them.
    pub fn longest_line(&self) -> usize {
        let text = &self.file.text;
        let start_of = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end_of = |at: usize| text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        let start = start_of(start_of(self.span.start).saturating_sub(1));
        let end = end_of((end_of(self.span.end) + 1).min(text.len()));
        text[start..end].lines().map(str::len).max().unwrap_or(0)
    }

    /// Where `token` stands as a whole word inside this place, in the file's bytes.
    pub fn find(&self, token: &str) -> Option<Range<usize>> {
        let text = &self.file.text[self.span.clone()];
        let apart = |c: char| c.is_whitespace() || matches!(c, ',' | '=' | '{' | '}');
        let word = |&(at, _): &(usize, &str)| {
            let before = text[..at].chars().next_back().is_none_or(apart);
            before && text[at + token.len()..].chars().next().is_none_or(apart)
        };
        let (at, found) = text.match_indices(token).find(word)?;
        (!found.is_empty()).then(|| self.span.start + at..self.span.start + at + found.len())
    }
}

/// A logical line of a Postfix file: a line and its continuations.
#[derive(Debug, PartialEq, Eq)]
pub struct LogicalLine {
    /// The lines put together, without blanks at either end.
    pub text: String,
    /// Where they stand.
    pub span: Range<usize>,
}

/// Takes a file apart as Postfix does: a line that begins with a blank goes on with the one before; blank lines and
/// lines whose first character is `#` are skipped wherever they stand.
pub fn logical_lines(text: &str) -> Vec<LogicalLine> {
    let mut lines: Vec<LogicalLine> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let span = start..start + content.len();
        start += line.len();
        if content.is_empty() || content.trim_start().starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some(last) if content.starts_with([' ', '\t']) => {
                last.text.push_str(content);
                last.span.end = span.end;
            }
            _ => lines.push(LogicalLine { text: content.trim().to_owned(), span }),
        }
    }
    lines
}

/// The entries of a list: separated by commas and blanks, except inside braces.
pub fn entries(list: &str) -> Vec<&str> {
    let mut entries = Vec::new();
    let mut start = None;
    let mut depth = 0_usize;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let between = depth == 0 && (c.is_whitespace() || c == ',');
        match start {
            None if !between => start = Some(at),
            Some(begin) if between => {
                entries.push(&list[begin..at]);
                start = None;
            }
            _ => {}
        }
    }
    entries.extend(start.map(|begin| &list[begin..]));
    entries
}

/// The text inside the braces that `text` begins with, and what follows them.
pub fn braced(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{')?;
    let mut depth = 1_usize;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&inside[..at], &inside[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests;
