//! From lines to commands.

/// The commands that are known, whether or not they are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
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
pub(super) struct Command<'a> {
    /// The command, if it is a known one, in any case.
    pub(super) verb: Option<Verb>,
    /// The first word as the client wrote it; empty in an empty line.
    pub(super) word: &'a [u8],
    /// Everything behind the first word and one space.
    pub(super) arguments: &'a [u8],
}

impl<'a> Command<'a> {
    /// Splits a line. Only spaces separate (a tab does not), and a NUL ends the line, as in postscreen.
    pub(super) fn parse(line: &'a [u8]) -> Self {
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
    pub(super) fn argument(&self) -> Option<&'a [u8]> {
        self.arguments.split(|&byte| byte == b' ').find(|word| !word.is_empty())
    }

    /// Everything behind the first colon of the arguments, if there is one.
    pub(super) fn behind_colon(&self) -> Option<&'a [u8]> {
        let colon = self.arguments.iter().position(|&byte| byte == b':')?;
        self.arguments.get(colon + 1..)
    }
}

/// What stands before and behind the first `separator`.
fn split_at(bytes: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let mut parts = bytes.splitn(2, |&byte| byte == separator);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
