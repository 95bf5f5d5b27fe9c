//! Asks any kind of server.

use std::path::Path;

use crate::doh::Doh;
use crate::stub::Stub;
use crate::target::Target;

/// A server that can be asked.
pub enum Client {
    /// Over UDP or TCP.
    Stub(Stub),
    /// Over HTTP.
    Doh(Box<Doh>),
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A DNS message.
    Message(Vec<u8>),
    /// Of an HTTP server, whatever its status; a DNS message if that is 200.
    #[expect(missing_docs, reason = "the names say it")]
    Http { status: String, headers: Vec<(Vec<u8>, Vec<u8>)>, body: Vec<u8> },
}

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What of it a program must know.
    pub kind: FailureKind,
    /// Why, for people.
    pub text: String,
}

/// How far a question got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// There was no answer.
    Unreachable,
    /// The answer had begun.
    BrokeOff,
}

impl Client {
    /// Asks nobody yet; `None` for [`Target::Nobody`]. `ca` is a file of PEM certificates to trust in place of the
    /// usual ones. An answer of UDP or TCP that is longer than `answer_bytes_max` is cut.
    ///
    /// # Errors
    /// When the file has no certificates, or the URL's host is no name that a certificate could have.
    pub fn new(target: &Target, ca: Option<&Path>, answer_bytes_max: usize) -> miette::Result<Option<Self>> {
        let stub = |server, over_tcp| Self::Stub(Stub { server, over_tcp, answer_bytes_max });
        Ok(Some(match target {
            Target::Nobody => return Ok(None),
            Target::Udp(server) => stub(*server, false),
            Target::Tcp(server) => stub(*server, true),
            Target::Doh(url) => Self::Doh(Box::new(Doh::new(url, ca)?)),
        }))
    }

    /// The answer. Must run inside of a [`tokio::task::LocalSet`].
    ///
    /// # Errors
    /// [`Failure`] when there is none.
    pub async fn ask(&self, question: &[u8]) -> Result<Answer, Failure> {
        match self {
            Self::Stub(stub) => match stub.ask(question).await {
                Ok(message) => Ok(Answer::Message(message)),
                Err(error) => Err(Failure::unreachable(error.to_string())),
            },
            Self::Doh(doh) => doh.ask(question).await,
        }
    }
}

impl Failure {
    /// There was no answer, for this reason.
    pub fn unreachable(text: String) -> Self {
        Self { kind: FailureKind::Unreachable, text }
    }
}
