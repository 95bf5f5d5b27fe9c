//! All clients of a story, each at its time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use postscreen_scenario::{Client, Failure, Limits, Scenario, Start};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::client;

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
                let act = client::play(&name, &client, &stage).await;
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

#[cfg(test)]
mod tests;
