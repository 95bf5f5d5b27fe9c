//! From bytes to lines, from lines to commands, and from their arguments to addresses, which are read without judging
//! and written into the log as people write them.

/// Collects the bytes of a line until its end: CR LF, or LF alone.
#[derive(Debug)]
pub(super) struct LineReader {
    partial: Vec<u8>,
    limit: usize,
}

/// What some bytes amount to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The end of the line has not come yet.
    Partial,
    /// The line has more bytes than the limit, with its end. No line can be read any more.
    TooLong,
    /// A line, without its end.
    Line {
        /// What stood before CR LF or LF.
        line: Vec<u8>,
        /// It ended with LF alone.
        bare: bool,
    },
}

impl LineReader {
    /// A reader of lines of at most `limit` bytes, with CR LF (`line_length_limit`).
    pub(super) fn new(limit: u32) -> Self {
        Self { partial: Vec::new(), limit: usize::try_from(limit).unwrap_or(usize::MAX) }
    }

    /// Reads up to the end of one line; returns the bytes behind it.
    pub(super) fn read<'a>(&mut self, bytes: &'a [u8]) -> (Read, &'a [u8]) {
        let end = bytes.iter().position(|&byte| byte == b'\n').map(|newline| newline + 1);
        let (part, behind) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or((bytes, &[]));
        if self.partial.len() + part.len() > self.limit {
            self.partial = Vec::new();
            return (Read::TooLong, behind);
        }
        self.partial.extend_from_slice(part);
        if end.is_none() {
            return (Read::Partial, behind);
        }
        let mut line = std::mem::take(&mut self.partial);
        line.pop();
        let bare = line.last() != Some(&b'\r');
        if !bare {
            line.pop();
        }
        (Read::Line { line, bare }, behind)
    }

    /// How many bytes of an unfinished line are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.partial.capacity()
    }
}

/// The commands that are known, whether or not they are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Helo,
    Ehlo,
    Starttls,
    Xclient,
    Xforward,
    Auth,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Etrn,
    Quit,
}

impl Verb {
    const ALL: [Self; 15] = [
        Self::Helo,
        Self::Ehlo,
        Self::Starttls,
        Self::Xclient,
        Self::Xforward,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Bdat,
        Self::Rset,
        Self::Noop,
        Self::Vrfy,
        Self::Etrn,
        Self::Quit,
    ];

    /// The command in upper case, as logs name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Helo => "HELO",
            Self::Ehlo => "EHLO",
            Self::Starttls => "STARTTLS",
            Self::Xclient => "XCLIENT",
            Self::Xforward => "XFORWARD",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Bdat => "BDAT",
            Self::Rset => "RSET",
            Self::Noop => "NOOP",
            Self::Vrfy => "VRFY",
            Self::Etrn => "ETRN",
            Self::Quit => "QUIT",
        }
    }
}

/// A command line, split at its first space.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command<'a> {
    /// The command, if it is a known one, in any case.
    pub(crate) verb: Option<Verb>,
    /// The first word as the client wrote it; empty in an empty line.
    pub(crate) word: &'a [u8],
    /// Everything behind the first word and one space.
    pub(crate) arguments: &'a [u8],
}

impl<'a> Command<'a> {
    /// Splits a line. Only spaces separate (a tab does not), and a NUL ends the line, as in postscreen.
    pub(crate) fn parse(line: &'a [u8]) -> Self {
        let line = split_at(line, 0).0;
        let begin = line.iter().position(|&byte| byte != b' ').unwrap_or(line.len());
        let (word, arguments) = split_at(line.get(begin..).unwrap_or_default(), b' ');
        let verb = Verb::ALL.into_iter().find(|verb| verb.name().as_bytes().eq_ignore_ascii_case(word));
        Self { verb, word, arguments }
    }

    /// Whether bytes behind the command belong to it (RFC 3030, section 2).
    pub(super) fn may_be_followed_by_data(&self) -> bool {
        self.verb == Some(Verb::Bdat)
    }

    /// The next word of the arguments, if there is one.
    pub(crate) fn argument(&self) -> Option<&'a [u8]> {
        self.arguments.split(|&byte| byte == b' ').find(|word| !word.is_empty())
    }

    /// Everything behind the first colon of the arguments, if there is one.
    pub(crate) fn behind_colon(&self) -> Option<&'a [u8]> {
        let colon = self.arguments.iter().position(|&byte| byte == b':')?;
        self.arguments.get(colon + 1..)
    }
}

/// What stands before and behind the first `separator`.
fn split_at(bytes: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let mut parts = bytes.splitn(2, |&byte| byte == separator);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// Reads the address behind the colon (postscreen's `psc_extract_addr`): in angle brackets, or up to a space. Quotes
/// and backslashes go, and so does a source route. Whatever the client sent is an address, also nothing at all.
pub(crate) fn extract(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.iter().copied().skip_while(|&byte| byte == b' ').peekable();
    let end = match bytes.next_if_eq(&b'<') {
        Some(_) => b'>',
        None => b' ',
    };
    let mut address = Vec::new();
    let mut quoted = false;
    while let Some(byte) = bytes.next() {
        match byte {
            _ if byte == end && !quoted => break,
            b'"' => quoted = !quoted,
            b'\\' => address.extend(bytes.next()),
            _ => address.push(byte),
        }
    }
    if address.first() == Some(&b'@')
        && let Some(colon) = address.iter().position(|&byte| byte == b':')
    {
        address.drain(..=colon);
    }
    address
}

/// Writes an address as it stands in mail headers: with quotes around its local part if that is needed (RFC 5322,
/// section 3.4.1; Postfix's default `info_log_address_format = external`).
pub(crate) fn quote(address: &[u8]) -> Vec<u8> {
    if address.is_empty() {
        return Vec::new();
    }
    let at = address.iter().rposition(|&byte| byte == b'@').unwrap_or(address.len());
    let (local, domain) = address.split_at_checked(at).unwrap_or((address, &[]));
    if is_dot_string(local) {
        return address.to_vec();
    }
    let mut quoted = vec![b'"'];
    for &byte in local {
        if matches!(byte, b'"' | b'\\' | b'\r') {
            quoted.push(b'\\');
        }
        quoted.push(byte);
    }
    quoted.push(b'"');
    quoted.extend_from_slice(domain);
    quoted
}

/// Whether a local part needs no quotes. Postfix takes bytes above 127 for letters.
fn is_dot_string(local: &[u8]) -> bool {
    let plain = |&byte: &u8| !byte.is_ascii_control() && !br#" ()<>@,;:\"[]"#.contains(&byte);
    local.split(|&byte| byte == b'.').all(|atom| !atom.is_empty() && atom.iter().all(plain))
}

#[cfg(test)]
mod tests;
