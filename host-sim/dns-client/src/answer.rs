//! What comes of a question.

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsAnswer {
    /// A DNS message.
    Message(Vec<u8>),
    /// Of an HTTP server, whatever its status; a DNS message if that is 200.
    #[expect(missing_docs, reason = "the names say it")]
    Http { status: String, headers: Vec<(Vec<u8>, Vec<u8>)>, body: Vec<u8> },
}

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsError {
    /// What of it a program must know.
    pub kind: DnsErrorKind,
    /// Why, for people.
    pub text: String,
}

/// How far a question got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsErrorKind {
    /// There was no answer.
    Unreachable,
    /// The answer had begun.
    BrokeOff,
}

impl DnsError {
    /// There was no answer, for this reason.
    pub fn unreachable(text: String) -> Self {
        Self { kind: DnsErrorKind::Unreachable, text }
    }
}
