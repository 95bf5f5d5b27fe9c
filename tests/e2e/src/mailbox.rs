//! A mailbox as Postfix's local(8) writes it: an mbox, one mail behind the other.

/// What begins a mail, at the beginning of a line behind an empty one. local(8) puts a `>` before a line of a mail that
/// begins so.
const ENVELOPE: &str = "From ";
const QUOTE: char = '>';

/// One mail, without the line before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    headers: String,
    body: String,
}

/// All mails of an mbox.
pub fn mails(mbox: &str) -> Vec<Mail> {
    let mut mails: Vec<String> = Vec::new();
    let mut may_begin = true;
    for line in mbox.split_inclusive('\n') {
        match mails.last_mut() {
            _ if may_begin && line.starts_with(ENVELOPE) => mails.push(String::new()),
            Some(mail) => mail.push_str(unquoted(line)),
            // What is before the first mail belongs to none.
            None => {}
        }
        may_begin = line == "\n";
    }
    mails.iter().map(|mail| Mail::new(mail)).collect()
}

fn unquoted(line: &str) -> &str {
    line.strip_prefix(QUOTE).filter(|rest| rest.starts_with(ENVELOPE)).unwrap_or(line)
}

// === impl Mail ===

impl Mail {
    /// `text` ends with the empty line that parts mails.
    fn new(text: &str) -> Self {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let (headers, body) = text.split_once("\n\n").unwrap_or((text, ""));
        Self { headers: headers.to_owned(), body: body.to_owned() }
    }

    /// The header `Received:` that was put on last, without its line breaks.
    pub fn received(&self) -> Option<String> {
        self.header("Received")
    }

    /// The header `Subject:`.
    pub fn subject(&self) -> Option<String> {
        self.header("Subject")
    }

    /// What follows the headers, as it was sent.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The first header of this name.
    fn header(&self, name: &str) -> Option<String> {
        let value = |line: &str| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        let mut lines = self.headers.lines();
        let first = lines.by_ref().find_map(value)?;
        let more = lines.take_while(|line| line.starts_with([' ', '\t']));
        Some(more.fold(first, |all, line| all + " " + line.trim()))
    }
}

#[cfg(test)]
mod tests;
