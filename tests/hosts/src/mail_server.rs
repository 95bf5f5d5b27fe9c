//! The mail server behind the host, which notes when somebody comes.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context as _, Result};
use postscreen_player::serve;
use postscreen_scenario::Manners;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, spawn_local};

/// The client of a story that has connected last.
pub type Latest = Rc<RefCell<String>>;

/// A running mail server; it stops listening when dropped.
pub struct MailServer {
    address: SocketAddr,
    seen: Rc<RefCell<Vec<String>>>,
    listening: AbortHandle,
}

impl MailServer {
    /// Starts it on a free port. Hosts tell it nothing of the client; as clients come one after the other, it is the
    /// latest.
    pub async fn start(latest: Latest) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("the mail server cannot listen")?;
        let address = listener.local_addr()?;
        let seen = Rc::default();
        let listening = spawn_local(accept(listener, latest, Rc::clone(&seen))).abort_handle();
        Ok(Self { address, seen, listening })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who came, in order.
    pub fn seen(&self) -> Vec<String> {
        self.seen.borrow().clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn accept(listener: TcpListener, latest: Latest, seen: Rc<RefCell<Vec<String>>>) {
    loop {
        // An error is about one client that is gone already.
        let Ok((stream, _)) = listener.accept().await else { continue };
        seen.borrow_mut().push(latest.borrow().clone());
        spawn_local(async move {
            // Clients come and go as their scripts say: an error here ends a session and says nothing about the test.
            let _ = serve(stream, &Manners::default()).await;
        });
    }
}
