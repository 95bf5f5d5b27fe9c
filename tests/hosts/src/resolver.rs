//! A resolver that speaks plain DNS over UDP and knows a story's zones.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use postscreen_scenario::{QUESTION_BYTES_MAX, Reply, Zones};
use tokio::net::UdpSocket;
use tokio::task::{AbortHandle, spawn_local};

/// A running resolver; it stops when dropped.
pub struct Resolver {
    address: SocketAddr,
    answering: AbortHandle,
}

impl Resolver {
    /// Starts it on a free port.
    pub async fn start(zones: Zones) -> Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").await.context("the resolver cannot listen")?;
        let address = socket.local_addr()?;
        Ok(Self { address, answering: spawn_local(answer(socket, zones)).abort_handle() })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

async fn answer(socket: UdpSocket, zones: Zones) {
    let mut question = [0; QUESTION_BYTES_MAX];
    loop {
        // An asker that is gone shows as an error of the next call; others may come.
        let Ok((len, asker)) = socket.recv_from(&mut question).await else { continue };
        if let Reply::Message(message) = zones.reply(&question[..len]) {
            let _ = socket.send_to(&message, asker).await;
        }
    }
}
