//! DnsCalls of `envoy_resolve_dns`.

use std::collections::BTreeMap;

use crate::event::DnsAddress;

/// The lookups of one machine.
#[derive(Debug, Default)]
pub(crate) struct DnsCalls {
    /// Token and root context of those that wait.
    pending: BTreeMap<u32, u32>,
    count: u32,
    /// The last answer, buffer 8 of the root context.
    pub call_data: Vec<u8>,
}

impl DnsCalls {
    /// 2, 3, 4, …; never 0.
    pub fn next_token(&mut self) -> u32 {
        loop {
            self.count = self.count.wrapping_add(1);
            let token = self.count.wrapping_add(1);
            if token != 0 {
                return token;
            }
        }
    }

    pub fn start(&mut self, token: u32, root: u32) {
        self.pending.insert(token, root);
    }

    /// Takes the answer to a lookup that was still waiting; gives its root context.
    pub fn answer(&mut self, token: u32, answer: Option<&[DnsAddress]>) -> Option<u32> {
        let root = self.pending.remove(&token)?;
        self.call_data = answer.map(encode).unwrap_or_default();
        Some(root)
    }

    /// Forgets the lookups of these root contexts.
    pub fn forget(&mut self, of_root: impl Fn(&u32) -> bool) {
        self.pending.retain(|_, root| !of_root(root));
    }

    /// How many are waiting.
    pub fn len(&self) -> usize {
        self.pending.len()
    }
}

/// A count, the TTLs in seconds, then the addresses with port 0 and a NUL after each. No addresses are still a count.
fn encode(addresses: &[DnsAddress]) -> Vec<u8> {
    let mut data = u32::try_from(addresses.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    for address in addresses {
        data.extend(address.ttl_s.to_le_bytes());
    }
    for address in addresses {
        data.extend(std::net::SocketAddr::new(address.ip, 0).to_string().into_bytes());
        data.push(0);
    }
    data
}
