//! Texts that were read, and places in them.

use std::ops::Range;
use std::sync::Arc;

/// A file that was read.
#[derive(Debug)]
pub struct Source {
    /// What to call it in messages.
    pub name: String,
    pub text: String,
    /// How many files were read before: warnings come in this order.
    pub rank: usize,
}

/// A piece of a file, in bytes.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Arc<Source>,
    pub span: Range<usize>,
}

impl Place {
    /// The line on which it begins, from 1.
    pub fn line(&self) -> usize {
        self.source.text[..self.span.start].matches('\n').count() + 1
    }

    /// `main.cf:12`
    pub fn name(&self) -> String {
        format!("{}:{}", self.source.name, self.line())
    }

    /// Where `token` stands as a whole word inside this place, in the file's bytes.
    pub fn find(&self, token: &str) -> Option<Range<usize>> {
        let text = &self.source.text[self.span.clone()];
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

#[cfg(test)]
mod tests;
