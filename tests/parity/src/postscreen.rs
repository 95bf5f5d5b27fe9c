//! The oracle: one Postfix, with a postscreen for every story.

mod configuration;
mod dns_server;
mod log;
mod place;
mod receiver;
mod settings;
mod tables;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use postscreen_scenario::{Limits, Transcript};
use real_player::{Act, Stage, Story};
use tokio::time::{Instant, sleep};

use crate::master::Master;
use crate::namespace::Cover;
use crate::runner::StoryHost;
use configuration::PostfixFolder;
use dns_server::DnsServer;
use log::PostfixLog;
use place::StoryPlace;
use receiver::Receiver;

/// What clients are granted. Far above every greet wait of the stories; a postscreen that does not start answers never.
const LIMITS: Limits =
    Limits { wait: Duration::from_secs(30), tolerance: TIMER_TOLERANCE, greets_early_talkers: false };
/// How far `elapsed` may be off: Postfix's timers are no better, see [`BEGIN_MIN`]. Still less than half of the whole
/// seconds that tell waits apart.
const TIMER_TOLERANCE: Duration = Duration::from_millis(499);
/// After the last script: so long nothing is compared, so that what must not happen has time to happen.
const QUIET: Duration = Duration::from_secs(1);
/// After that: how long a line or a session may still take to appear. A client that left while only lists were asked
/// is missed at the end of the greet wait.
const SETTLE_MAX: Duration = Duration::from_secs(7);
const SETTLE_POLL: Duration = Duration::from_millis(200);
/// Postfix's timers count whole seconds of the wall clock: with a wait of 2 s, what happens in between can let it end
/// at any moment between 1 s and 3 s. A story therefore begins early in a second, where the error is small; not all
/// stories at the same moment, because each starts a process.
const BEGIN_MIN: Duration = Duration::from_millis(10);
const BEGIN_STEP: Duration = Duration::from_millis(15);
const BEGIN_STEPS: u16 = 8;

/// A running Postfix. It stops when dropped.
#[derive(Debug)]
pub struct Postscreen {
    // Dropped in this order: the processes before what they use.
    master: Master,
    resolver: Option<DnsServer>,
    log: RefCell<PostfixLog>,
    receivers: BTreeMap<String, Receiver>,
    places: BTreeMap<String, StoryPlace>,
    // A file that is covered by one that is gone cannot be covered again.
    _covers: Vec<Cover>,
    _configuration: PostfixFolder,
}

/// Who answers DNS questions at 127.0.0.1.
#[derive(Clone, Copy, Debug)]
enum DnsAnsweredBy {
    /// This program, from the stories.
    Ours,
    /// A server that somebody else has started.
    Others,
}

// === impl Postscreen ===

impl Postscreen {
    /// The domain of the first story's lists: `bl.test` is asked for as `bl.test.l1.scenario`.
    pub const LISTS: &str = "l1.scenario";

    /// Starts a Postfix with a postscreen for each story. `keep` leaves its folder behind.
    pub(crate) async fn start(stories: &[Story], keep: bool) -> Result<Self> {
        Self::start_with(stories, DnsAnsweredBy::Ours, "", keep).await
    }

    /// The same for whoever answers DNS questions at 127.0.0.1 himself. The lists of the first story are asked for
    /// below [`Postscreen::LISTS`]. `more` are lines of main.cf.
    ///
    /// # Errors
    ///
    /// Outside of the namespaces; when a policy has a field that postscreen lacks; when Postfix does not start.
    pub async fn start_alone(stories: &[Story], more: &str) -> Result<Self> {
        Self::start_with(stories, DnsAnsweredBy::Others, more, false).await
    }

    async fn start_with(stories: &[Story], answers: DnsAnsweredBy, more: &str, keep: bool) -> Result<Self> {
        let mut places = BTreeMap::new();
        for (index, story) in stories.iter().enumerate() {
            places.insert(story.name.clone(), StoryPlace::new(index)?);
        }
        let configuration = PostfixFolder::write(stories, &places, more, keep)?;
        let covers = configuration.fit_namespace(stories, &places)?;
        configuration.complete()?;
        let resolver = match answers {
            DnsAnsweredBy::Ours => Some(DnsServer::start(stories, &places).await?),
            DnsAnsweredBy::Others => None,
        };
        let receivers = stories
            .iter()
            .map(|story| {
                let place = &places[&story.name];
                let socket = configuration.private().join(place.receiver());
                Ok((story.name.clone(), Receiver::start(&socket, &story.scenario.mail_server)?))
            })
            .collect::<Result<_>>()?;
        let log = PostfixLog::of(&configuration.log());
        let master = Master::start(&configuration.folder(), &configuration.log()).await?;
        Ok(Self {
            master,
            resolver,
            log: RefCell::new(log),
            receivers,
            places,
            _covers: covers,
            _configuration: configuration,
        })
    }

    /// Stops it.
    ///
    /// # Errors
    ///
    /// When a process does not end.
    pub async fn stop(self) -> Result<()> {
        self.master.stop()?;
        if let Some(resolver) = self.resolver {
            resolver.stop().await;
        }
        Ok(())
    }

    /// Where the postscreen of a story listens, for clients of IPv4; nobody knows of a story that it was not started
    /// for.
    pub fn server(&self, story: &str) -> Option<SocketAddr> {
        self.places.get(story).map(StoryPlace::server)
    }

    /// The process group of Postfix: the master, postscreen, postlogd and every dnsblog.
    pub fn group(&self) -> i32 {
        self.master.group().as_raw_nonzero().get()
    }

    /// What has been logged so far, by all of Postfix, with time stamps.
    pub fn log_text(&self) -> String {
        self.log.borrow().text()
    }

    fn transcript(
        &self,
        story: &Story,
        acts: &BTreeMap<String, Act>,
        sources: &BTreeMap<SocketAddr, String>,
    ) -> Result<Transcript> {
        let name_of = |client: SocketAddr| {
            sources.get(&client).map_or_else(|| format!("nobody of the story, {client}"), ToOwned::to_owned)
        };
        let place = &self.places[&story.name];
        let log = self.log.borrow_mut().lines(place)?;
        Ok(Transcript {
            // It reads its configuration when the first client comes, and gives up again and again.
            refused: log.iter().find(|line| line.starts_with("fatal: ")).cloned(),
            log,
            backend: self.receivers[&story.name].clients().into_iter().map(name_of).collect(),
            teasers: acts
                .iter()
                .filter_map(|(name, act)| Some((name.clone(), act.teaser.clone()?)))
                .collect(),
            clients: acts.iter().map(|(name, act)| (name.clone(), act.result.clone())).collect(),
            ..Transcript::default()
        })
    }
}

impl StoryHost for Postscreen {
    async fn play(&self, story: &Story, settled: impl Fn(&Transcript) -> bool) -> Result<Transcript> {
        let place =
            self.places.get(&story.name).context("this postscreen was not started for the story")?.clone();
        let begin = BEGIN_MIN + BEGIN_STEP * u32::from(place.number() % BEGIN_STEPS);
        let sources = Rc::new(RefCell::new(BTreeMap::new()));
        let known = Rc::clone(&sources);
        let connect = async move |name: &str, client: &postscreen_scenario::Client| {
            let (stream, source) = place.connect(client.from).await?;
            known.borrow_mut().insert(source, name.to_owned());
            Ok(stream)
        };
        let stage = Stage { limits: LIMITS, stay_min: Duration::ZERO, connect };
        sleep(until_begin(begin, SystemTime::now())).await;
        let acts = stage.play(&story.scenario).await?;
        sleep(QUIET).await;
        let deadline = Instant::now() + SETTLE_MAX;
        loop {
            let transcript = self.transcript(story, &acts, &sources.borrow())?;
            if settled(&transcript) || Instant::now() > deadline {
                return Ok(transcript);
            }
            sleep(SETTLE_POLL).await;
        }
    }
}

/// How long until the wall clock is so far into a second.
fn until_begin(begin: Duration, now: SystemTime) -> Duration {
    const SECOND: Duration = Duration::from_secs(1);
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let into_second = Duration::from_nanos(since_epoch.subsec_nanos().into());
    begin.checked_sub(into_second).unwrap_or_else(|| (begin + SECOND).saturating_sub(into_second))
}

#[cfg(test)]
mod tests;
