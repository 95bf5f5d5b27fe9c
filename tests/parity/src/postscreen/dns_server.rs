//! The resolver of the namespace: the zones of all stories behind one UDP socket.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::rc::Rc;

use anyhow::{Context as _, Result};
use postscreen_scenario::{Answered, QUESTION_BYTES_MAX, Reply, Zones};
use real_player::Story;
use tokio::net::UdpSocket;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

use super::place::StoryPlace;

const DNS_PORT: u16 = 53;

/// Answers until dropped.
#[derive(Debug)]
pub(crate) struct DnsServer(JoinHandle<()>);

// === impl DnsServer ===

impl DnsServer {
    /// What `/etc/resolv.conf` says. A list that answers SERVFAIL or nothing is asked twice, as by default.
    pub(crate) fn configuration() -> String {
        format!("nameserver {}\n", Ipv4Addr::LOCALHOST)
    }

    pub(crate) async fn start(stories: &[Story], places: &BTreeMap<String, StoryPlace>) -> Result<Self> {
        let mut zones = Zones::default();
        for story in stories {
            zones.merge(story.scenario.dns.below(&places[&story.name].lists()));
        }
        let socket =
            UdpSocket::bind((Ipv4Addr::LOCALHOST, DNS_PORT)).await.context("the resolver cannot listen")?;
        Ok(Self(spawn_local(answer(socket, zones))))
    }

    /// Stops listening; the next one can begin then.
    pub(crate) async fn stop(mut self) {
        self.0.abort();
        // The one error is that it was aborted.
        let _ = (&mut self.0).await;
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn answer(socket: UdpSocket, zones: Zones) {
    let socket = Rc::new(socket);
    let mut buffer = [0; QUESTION_BYTES_MAX];
    loop {
        // An ICMP error about an earlier answer: who asked is gone, others may ask.
        let Ok((length, asker)) = socket.recv_from(&mut buffer).await else { continue };
        let Answered { latency, reply } = zones.answer_to(&buffer[..length]);
        let Reply::Message(message) = reply else { continue };
        match latency {
            None => _ = socket.send_to(&message, asker).await,
            Some(latency) => {
                let socket = Rc::clone(&socket);
                spawn_local(async move {
                    sleep(latency).await;
                    socket.send_to(&message, asker).await
                });
            }
        }
    }
}
