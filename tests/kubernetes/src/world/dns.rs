//! The world's DNS, from the root servers on: each of them knows everything. The cluster's DNS is one more of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::rc::Rc;

use anyhow::{Context as _, Result};
use domain::base::iana::Rcode;
use domain::base::message_builder::PushError;
use domain::base::{Message, MessageBuilder, Name, Rtype, Serial, ToName as _, Ttl};
use domain::rdata::{A, Ns, Soa};
use tokio::net::UdpSocket;
use tokio::task::spawn_local;

use super::CLUSTER_DNS;

/// The root servers a to m, where a resolver begins.
pub const ROOTS: [Ipv4Addr; 13] = [
    Ipv4Addr::new(198, 41, 0, 4),
    Ipv4Addr::new(170, 247, 170, 2),
    Ipv4Addr::new(192, 33, 4, 12),
    Ipv4Addr::new(199, 7, 91, 13),
    Ipv4Addr::new(192, 203, 230, 10),
    Ipv4Addr::new(192, 5, 5, 241),
    Ipv4Addr::new(192, 112, 36, 4),
    Ipv4Addr::new(198, 97, 190, 53),
    Ipv4Addr::new(192, 36, 148, 17),
    Ipv4Addr::new(192, 58, 128, 30),
    Ipv4Addr::new(193, 0, 14, 129),
    Ipv4Addr::new(199, 7, 83, 42),
    Ipv4Addr::new(202, 12, 27, 33),
];
/// The one that is named when somebody asks for them.
const ROOT: (&str, Ipv4Addr) = ("a.root-servers.net", ROOTS[0]);
const TTL: Ttl = Ttl::from_secs(300);
const QUESTION_BYTES_MAX: usize = 1_024;

/// The servers, and the names that they know.
#[derive(Clone, Debug, Default)]
pub struct DnsServers(Rc<RefCell<BTreeMap<String, Ipv4Addr>>>);

// === impl DnsServers ===

impl DnsServers {
    /// Starts listening; it goes on to the end of the program.
    pub async fn start(&self, names: BTreeMap<String, Ipv4Addr>) -> Result<()> {
        self.0.borrow_mut().extend(names);
        self.name(ROOT.0, ROOT.1);
        // One socket for each address, so that answers come from where the question went.
        for address in ROOTS.into_iter().chain([CLUSTER_DNS]) {
            let socket =
                UdpSocket::bind((address, 53)).await.with_context(|| format!("{address} cannot listen"))?;
            let names = self.clone();
            spawn_local(async move {
                let mut buffer = [0; QUESTION_BYTES_MAX];
                loop {
                    // An error is about an earlier answer: who asked is gone, others may ask.
                    let Ok((length, asker)) = socket.recv_from(&mut buffer).await else { continue };
                    if let Some(answer) = names.answer(&buffer[..length]) {
                        let _ = socket.send_to(&answer, asker).await;
                    }
                }
            });
        }
        Ok(())
    }

    /// Adds or changes a name.
    pub fn name(&self, name: &str, address: Ipv4Addr) {
        self.0.borrow_mut().insert(name.to_owned(), address);
    }

    fn answer(&self, message: &[u8]) -> Option<Vec<u8>> {
        let message = Message::from_slice(message).ok()?;
        let question = message.sole_question().ok()?;
        let name = question.qname().to_vec();
        let known = self.0.borrow().get(&name.to_string().to_ascii_lowercase()).copied();
        reply(message, &name, question.qtype(), known).ok()
    }
}

fn reply(
    message: &Message<[u8]>,
    name: &Name<Vec<u8>>,
    rtype: Rtype,
    known: Option<Ipv4Addr>,
) -> Result<Vec<u8>, PushError> {
    let exists = known.is_some() || name.is_root();
    let rcode = if exists { Rcode::NOERROR } else { Rcode::NXDOMAIN };
    let mut answer = MessageBuilder::new_vec().start_answer(message, rcode)?;
    answer.header_mut().set_aa(true);
    let root = Name::<Vec<u8>>::root_vec();
    match known {
        Some(address) if rtype == Rtype::A => answer.push((name, TTL, A::new(address)))?,
        None if exists && rtype == Rtype::NS => {
            let server: Name<Vec<u8>> = ROOT.0.parse().unwrap_or_else(|_| root.clone());
            answer.push((name, TTL, Ns::new(server)))?;
        }
        _ => {
            let mut authority = answer.authority();
            let soa = Soa::new(root.clone(), root.clone(), Serial(1), TTL, TTL, TTL, TTL);
            authority.push((root, TTL, soa))?;
            return Ok(authority.finish());
        }
    }
    Ok(answer.finish())
}

#[cfg(test)]
mod tests;
