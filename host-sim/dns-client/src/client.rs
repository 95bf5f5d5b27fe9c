//! Asks any kind of server.

use std::path::Path;

use crate::answer::{DnsAnswer, DnsError};
use crate::doh::Doh;
use crate::server::DnsServer;
use crate::stub::Stub;

/// A server that can be asked.
pub enum DnsClient {
    /// Over UDP or TCP.
    Stub(Stub),
    /// Over HTTP.
    Doh(Box<Doh>),
}

impl DnsClient {
    /// Asks nobody yet; `None` for [`DnsServer::Nobody`]. `ca` is a file of PEM certificates to trust in place of the
    /// usual ones. An answer of UDP or TCP that is longer than `answer_bytes_max` is cut.
    ///
    /// # Errors
    /// When the file has no certificates, or the URL's host is no name that a certificate could have.
    pub fn new(
        target: &DnsServer,
        ca: Option<&Path>,
        answer_bytes_max: usize,
    ) -> miette::Result<Option<Self>> {
        let stub = |server, over_tcp| Self::Stub(Stub { server, over_tcp, answer_bytes_max });
        Ok(Some(match target {
            DnsServer::Nobody => return Ok(None),
            DnsServer::Udp(server) => stub(*server, false),
            DnsServer::Tcp(server) => stub(*server, true),
            DnsServer::Doh(url) => Self::Doh(Box::new(Doh::new(url, ca)?)),
        }))
    }

    /// The answer. Must run inside of a [`tokio::task::LocalSet`].
    ///
    /// # Errors
    /// [`DnsError`] when there is none.
    pub async fn ask(&self, question: &[u8]) -> Result<DnsAnswer, DnsError> {
        match self {
            Self::Stub(stub) => match stub.ask(question).await {
                Ok(message) => Ok(DnsAnswer::Message(message)),
                Err(error) => Err(DnsError::unreachable(error.to_string())),
            },
            Self::Doh(doh) => doh.ask(question).await,
        }
    }
}
