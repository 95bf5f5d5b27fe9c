//! What tells the postscreen of one story apart from the others: addresses and names.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Result, ensure};
use tokio::net::{TcpSocket, TcpStream};

/// The most stories that one Postfix can serve: its master looks at every service now and then.
pub(crate) const PLACES_MAX: u16 = 4_096;

const SMTP_PORT: u16 = 25;
/// Networks for benchmarks (RFC 2544, RFC 5180): no story has clients there.
const SERVERS_V4: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 0);
const SERVERS_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0);
/// Where the DNS lists of all stories live.
const DOMAIN: &str = "scenario";

/// The place of one story; numbers begin at 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoryPlace {
    number: u16,
}

// === impl StoryPlace ===

impl StoryPlace {
    /// The place of the story with this index; an error above [`PLACES_MAX`].
    pub(crate) fn new(index: usize) -> Result<Self> {
        let number = u16::try_from(index + 1).ok().filter(|number| *number <= PLACES_MAX);
        ensure!(number.is_some(), "more than {PLACES_MAX} stories at once; name some of them");
        Ok(Self { number: number.unwrap_or_default() })
    }

    /// From 1.
    pub(crate) fn number(&self) -> u16 {
        self.number
    }

    /// The addresses of the mail server, IPv4 and IPv6.
    pub(crate) fn servers(&self) -> [IpAddr; 2] {
        let v4 = Ipv4Addr::from_bits(SERVERS_V4.to_bits() | u32::from(self.number));
        let v6 = Ipv6Addr::from_bits(SERVERS_V6.to_bits() | u128::from(self.number));
        [v4.into(), v6.into()]
    }

    /// Where clients of IPv4 connect.
    pub(crate) fn server(&self) -> SocketAddr {
        let [v4, _] = self.servers();
        SocketAddr::new(v4, SMTP_PORT)
    }

    /// The host name that has both addresses.
    pub(crate) fn server_name(&self) -> String {
        format!("psc{}.{DOMAIN}", self.number)
    }

    /// What lines in the log begin with.
    pub(crate) fn syslog_name(&self) -> String {
        format!("psc{}", self.number)
    }

    /// The service that asks DNS lists.
    pub(crate) fn dnsblog(&self) -> String {
        format!("dnsblog{}", self.number)
    }

    /// The socket that takes clients over.
    pub(crate) fn receiver(&self) -> String {
        format!("receiver{}", self.number)
    }

    /// The file of passes, without its suffix.
    pub(crate) fn cache(&self) -> String {
        format!("cache{}", self.number)
    }

    /// A file that parameters of this story refer to.
    pub(crate) fn table(&self, what: &str) -> String {
        format!("{what}{}", self.number)
    }

    /// The domain below which the lists of this story live: each story has lists of its own.
    pub(crate) fn lists(&self) -> String {
        format!("l{}.{DOMAIN}", self.number)
    }

    /// A log line with the names of lists as the story has them, and those of services as Postfix has them by default.
    pub(crate) fn in_the_storys_words(&self, line: &str) -> String {
        line.replace(&format!(".{}", self.lists()), "")
            .replace(&format!("private/{}:", self.receiver()), "private/smtpd:")
            .replace(&format!("private/{}:", self.dnsblog()), "private/dnsblog:")
    }

    /// Connects as `from`; also says from which port. An IPv4-mapped address is what it is on the wire: IPv4.
    pub(crate) async fn connect(&self, from: IpAddr) -> io::Result<(TcpStream, SocketAddr)> {
        let from = from.to_canonical();
        let [v4, v6] = self.servers();
        let (socket, server) =
            if from.is_ipv4() { (TcpSocket::new_v4()?, v4) } else { (TcpSocket::new_v6()?, v6) };
        socket.bind(SocketAddr::new(from, 0))?;
        let source = socket.local_addr()?;
        let stream = socket.connect(SocketAddr::new(server, SMTP_PORT)).await?;
        stream.set_nodelay(true)?;
        Ok((stream, source))
    }
}

#[cfg(test)]
mod tests;
