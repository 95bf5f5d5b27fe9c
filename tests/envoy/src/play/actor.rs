//! One client of a story on a real socket.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use postscreen_scenario::{Action, Actor, Failure, Limits, Script};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use super::TOLERANCE;
use crate::client::PATIENCE;
use crate::proxy;

const LIMITS: Limits = Limits { wait: PATIENCE, tolerance: TOLERANCE };
/// How long a client stays at least. Where the end of the connection comes with the PROXY header, Envoy's filter for
/// the header closes the connection, and the module never hears of the client; but to the story, the header is no
/// part of it.
const HEADER_REST: Duration = Duration::from_millis(100);
/// How much is read at once.
const READ_BYTES: usize = 4096;

/// A client's side of a connection.
struct Socket {
    /// Nothing once the client has closed it, or the server has broken it.
    stream: Option<TcpStream>,
    /// The server may still send.
    readable: bool,
}

/// Connects to `listener` as `from` and plays `script` to its end.
pub(super) async fn play(script: &Script, listener: SocketAddr, from: SocketAddr) -> Result<(), Failure> {
    let began = Instant::now();
    let connected = Socket::connect(listener, from).await;
    let mut actor = Actor::new(script, began.elapsed(), LIMITS);
    let header_read = Instant::now() + HEADER_REST;
    let mut socket = connected
        .map_err(|error| actor.host_failure(format!("cannot connect to Envoy: {error}"), began.elapsed()))?;
    loop {
        let action = actor.next(began.elapsed());
        if matches!(action, Action::End | Action::Close | Action::Reset) {
            sleep_until(header_read).await;
        }
        match action {
            Action::Send(bytes) => {
                socket.act(&mut actor, async |stream| stream.write_all(&bytes).await).await;
            }
            Action::End => socket.act(&mut actor, async |stream| stream.shutdown().await).await,
            Action::Close => socket.stream = None,
            Action::Reset => {
                socket.act(&mut actor, async |stream| stream.set_zero_linger()).await;
                socket.stream = None;
            }
            Action::Wait(until) => socket.wait(&mut actor, began + until).await,
            Action::Finished => return Ok(()),
            Action::Failed(failure) => return Err(failure),
        }
    }
}

// === impl Socket ===

impl Socket {
    async fn connect(listener: SocketAddr, from: SocketAddr) -> io::Result<Self> {
        let mut stream = TcpStream::connect(listener).await?;
        stream.set_nodelay(true)?;
        stream.write_all(&proxy::header(from)).await?;
        Ok(Self { stream: Some(stream), readable: true })
    }

    /// Does something to the connection; if the server has broken it meanwhile, the actor gets to know.
    async fn act(&mut self, actor: &mut Actor, deed: impl AsyncFnOnce(&mut TcpStream) -> io::Result<()>) {
        let Some(stream) = &mut self.stream else { return };
        if deed(stream).await.is_err() {
            actor.peer_closed();
            self.stream = None;
        }
    }

    /// Waits until something arrives, at most until `until`.
    async fn wait(&mut self, actor: &mut Actor, until: Instant) {
        let stream = self.stream.as_mut().filter(|_| self.readable);
        let Some(stream) = stream else { return sleep_until(until).await };
        let mut buffer = [0; READ_BYTES];
        tokio::select! {
            read = stream.read(&mut buffer) => match read {
                Ok(read) if read > 0 => actor.received(&buffer[..read]),
                Ok(_) | Err(_) => {
                    actor.peer_closed();
                    self.readable = false;
                }
            },
            () = sleep_until(until) => {}
        }
    }
}
