//! All clients of a story, each at its time, on real sockets.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use postscreen_scenario::{Action, Actor, Client, Failure, Limits, Scenario, Start};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// How much is read at once.
const READ_BYTES: usize = 4096;

/// What a host offers to the clients of a story.
#[derive(Debug)]
pub struct Stage<C> {
    /// What clients are granted.
    pub limits: Limits,
    /// How long a client stays at least before it ends, closes or breaks its connection.
    pub stay_min: Duration,
    /// Connects a client, given its name.
    pub connect: C,
}

/// How one client's part went.
#[derive(Clone, Debug)]
pub struct Act {
    /// How its script ended.
    pub result: Result<(), Failure>,
    /// The teaser line that it got, without the line end.
    pub teaser: Option<String>,
}

impl<C> Stage<C>
where
    C: AsyncFn(&str, &Client) -> io::Result<TcpStream> + 'static,
{
    /// Plays all scripts to their ends, and says how each went. Runs inside a [`tokio::task::LocalSet`].
    ///
    /// # Errors
    ///
    /// When a client's task panics.
    pub async fn play(self, scenario: &Scenario) -> Result<BTreeMap<String, Act>> {
        let stage = Rc::new(self);
        let acts = Rc::new(RefCell::new(BTreeMap::new()));
        let began = Instant::now();
        let ended: BTreeMap<&String, watch::Sender<bool>> =
            scenario.clients.keys().map(|name| (name, watch::Sender::new(false))).collect();
        let mut running = JoinSet::new();
        for (name, client) in &scenario.clients {
            let (name, client) = (name.clone(), client.clone());
            let other = match &client.start {
                Start::At(_) => None,
                Start::After { client, .. } => Some(ended[client].subscribe()),
            };
            let (end, acts, stage) = (ended[&name].clone(), Rc::clone(&acts), Rc::clone(&stage));
            running.spawn_local(async move {
                match (&client.start, other) {
                    (Start::At(time), _) => sleep_until(began + *time).await,
                    (Start::After { wait, .. }, Some(mut other)) => {
                        // The other's task holds its sender until its script has ended.
                        let _ = other.wait_for(|ended| *ended).await;
                        sleep(*wait).await;
                    }
                    (Start::After { .. }, None) => {}
                }
                let act = play(&name, &client, &stage).await;
                acts.borrow_mut().insert(name, act);
                end.send_replace(true);
            });
        }
        while let Some(ended) = running.join_next().await {
            ended?;
        }
        Ok(acts.take())
    }
}

/// Connects and plays the script to its end.
async fn play<C>(name: &str, client: &Client, stage: &Stage<C>) -> Act
where
    C: AsyncFn(&str, &Client) -> io::Result<TcpStream>,
{
    let began = Instant::now();
    let connected = (stage.connect)(name, client).await;
    let mut actor = Actor::new(&client.script, began.elapsed(), stage.limits);
    let may_leave = Instant::now() + stage.stay_min;
    let result = match connected {
        Ok(stream) => {
            let mut socket = ClientSocket { stream: Some(stream), readable: true };
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

/// A client's side of a connection.
struct ClientSocket {
    /// Nothing once the client has closed it.
    stream: Option<TcpStream>,
    /// The server may still send.
    readable: bool,
}

// === impl ClientSocket ===

impl ClientSocket {
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

#[cfg(test)]
mod tests;
