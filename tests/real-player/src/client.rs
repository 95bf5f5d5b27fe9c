//! One client of a story on a real socket.

use std::io;

use postscreen_scenario::{Action, Actor, Client};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use crate::stage::{Act, Stage};

/// How much is read at once.
const READ_BYTES: usize = 4096;

/// A client's side of a connection.
struct Socket {
    /// Nothing once the client has closed it.
    stream: Option<TcpStream>,
    /// The server may still send.
    readable: bool,
}

/// Connects and plays the script to its end.
pub(crate) async fn play<C>(name: &str, client: &Client, stage: &Stage<C>) -> Act
where
    C: AsyncFn(&str, &Client) -> io::Result<TcpStream>,
{
    let began = Instant::now();
    let connected = (stage.connect)(name, client).await;
    let mut actor = Actor::new(&client.script, began.elapsed(), stage.limits);
    let may_leave = Instant::now() + stage.stay_min;
    let result = match connected {
        Ok(stream) => {
            let mut socket = Socket { stream: Some(stream), readable: true };
            loop {
                match actor.next(began.elapsed()) {
                    Action::Finished => break Ok(()),
                    Action::Failed(failure) => break Err(failure),
                    action => socket.carry_out(action, &mut actor, began, may_leave).await,
                }
            }
        }
        Err(error) => Err(actor.host_failure(format!("cannot connect: {error}"), began.elapsed())),
    };
    let teaser = actor.teaser().map(|line| String::from_utf8_lossy(line).into_owned());
    Act { result, teaser }
}

// === impl Socket ===

impl Socket {
    async fn carry_out(&mut self, action: Action, actor: &mut Actor, began: Instant, may_leave: Instant) {
        if matches!(action, Action::End | Action::Close | Action::Reset) {
            sleep_until(may_leave).await;
        }
        match action {
            Action::Send(bytes) => self.act(async |stream| stream.write_all(&bytes).await).await,
            Action::End => self.act(async |stream| stream.shutdown().await).await,
            Action::Close => self.stream = None,
            Action::Reset => {
                self.act(async |stream| stream.set_zero_linger()).await;
                self.stream = None;
            }
            Action::Wait(until) => self.wait(actor, began + until).await,
            Action::Finished | Action::Failed(_) => {}
        }
    }

    /// Does something to the connection. If the server has broken it meanwhile, the next read says so, after what has
    /// arrived before.
    async fn act(&mut self, deed: impl AsyncFnOnce(&mut TcpStream) -> io::Result<()>) {
        if let Some(stream) = &mut self.stream {
            let _ = deed(stream).await;
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
