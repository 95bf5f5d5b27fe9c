//! One screen with the world before it and a mail server behind it, and what must be so there.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::client::{Talk, Visit, visit};
use crate::exposition::sample;
use crate::machine::{ALLOWLISTED, EARLY, LISTED, Machine, POLITE};
use crate::mail_server::MailServer;
use crate::report::Report;
use crate::screen::{Screen, ScreenSetup};

/// What refused clients hear, but for the reference of their record.
const TALKS_EARLY: &str = "521 5.5.1 Protocol error (ref *)\r\n";
const IS_LISTED: &str =
    "521 5.7.1 Service unavailable; client [203.0.113.11] blocked using zen.spamhaus.org (ref *)\r\n";
/// What others hear of the mail server.
pub const SERVED: &str = "220 mx.test ESMTP\r\n221 2.0.0 Bye\r\n";
/// An allowlisted client does not wait; others do, for six seconds.
const AT_ONCE: Duration = Duration::from_secs(5);
/// A configuration with a mistake, and how the log names it.
pub const MISTAKE: &str = r#"{"greet_wait": "6x"}"#;
pub const MISTAKE_LOGGED: [&str; 2] = ["greet_wait", "6x"];

/// Metrics with labels in which one of the four clients counts.
const COUNT_ONE: [(&str, &[(&str, &str)]); 4] = [
    ("postscreen_verdicts_total", &[("verdict", "pregreet")]),
    ("postscreen_failed_tests_total", &[("test", "dnsbl")]),
    ("postscreen_list_answers_total", &[("zone", "zen.spamhaus.org"), ("answer", "listed")]),
    ("postscreen_list_answers_total", &[("zone", "list.dnswl.org"), ("answer", "listed")]),
];
/// Bounds of histograms that Envoy has not of its own.
const BOUNDS: [(&str, &[(&str, &str)]); 2] = [
    ("postscreen_verdict_milliseconds_bucket", &[("le", "6100")]),
    ("postscreen_list_answer_milliseconds_bucket", &[("zone", "zen.spamhaus.org"), ("le", "20")]),
];

/// A place for screens, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    /// Where they are.
    pub machine: &'a Machine,
    /// The mail server behind them.
    pub mail_server: &'a MailServer,
    /// Who hears how it went.
    pub report: &'a Report,
}

impl Stage<'_> {
    /// Starts a screen; `None` when it does not, which is told.
    pub async fn start(&self, name: &str, envoy: &Path, setup: &Result<ScreenSetup>) -> Option<Screen> {
        let started = async {
            let setup = setup.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
            let folder = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            Screen::start(envoy, setup, self.machine.folder(&folder)?).await
        };
        started.await.map_err(|error| self.say(name, "the patches fit, and Envoy starts", &Err(error))).ok()
    }

    /// Says how a check went.
    pub fn say(&self, name: &str, what: &str, result: &Result<()>) {
        self.report.say(&format!("{name}: {what}"), result);
    }

    /// All that a screen is for.
    pub async fn screens(&self, name: &str, envoy: &Path, setup: Result<ScreenSetup>) {
        let Some(screen) = self.start(name, envoy, &setup).await else { return };
        let Ok(mut setup) = setup else { return };
        let taken = screen.refusals().await.and_then(|refusals| {
            ensure!(refusals == 0, "Envoy refuses them; its log:\n{}", screen.log());
            Ok(())
        });
        self.say(name, "the patches fit, and Envoy takes what they make", &taken);
        let door = setup.door;
        let (early, polite, listed, allowlisted) = tokio::join!(
            visit(door, EARLY, Talk::Early),
            visit(door, POLITE, Talk::Polite),
            visit(door, LISTED, Talk::Polite),
            visit(door, ALLOWLISTED, Talk::Polite),
        );
        let result = self.is_refused(&early, TALKS_EARLY);
        self.say(name, "an early talker gets 521, and the mail server hears nothing", &result);
        let result = self.is_served(&polite, SERVED);
        self.say(name, "a polite client is served, and the mail server gets its PROXY header first", &result);
        let result = self.is_refused(&listed, IS_LISTED);
        self.say(name, "a listed client gets 521, and the mail server hears nothing", &result);
        let result = self.is_served(&allowlisted, SERVED).and_then(|()| is_quick(&allowlisted));
        self.say(name, "an allowlisted client is served at once", &result);
        let result = screen.metrics().await.and_then(|metrics| are_counted(&metrics));
        self.say(name, "the metrics have labels, and histograms our bounds", &result);
        let result = self.keeps_what_it_has(&screen, &mut setup).await;
        self.say(name, "a configuration with a mistake is refused, and the old one stays", &result);
        self.say(name, "Envoy ends well", &screen.stop().await);
    }

    async fn keeps_what_it_has(&self, screen: &Screen, setup: &mut ScreenSetup) -> Result<()> {
        setup.xds.plugin()?["configuration"]["value"] = json!(MISTAKE);
        screen.update(&setup.xds)?;
        screen.until_logged(&MISTAKE_LOGGED).await?;
        self.is_refused(&visit(setup.door, EARLY, Talk::Early).await, TALKS_EARLY)
    }

    /// That a client heard this, and did not get to the mail server.
    pub fn is_refused(&self, visit: &Result<Visit>, reply: &str) -> Result<()> {
        let visit = heard(visit, reply)?;
        let sessions = self.mail_server.sessions(visit.client)?;
        ensure!(sessions == 0, "the mail server has heard of {}", visit.client);
        Ok(())
    }

    /// That a client heard this, and the mail server knows who it is.
    pub fn is_served(&self, visit: &Result<Visit>, reply: &str) -> Result<()> {
        let visit = heard(visit, reply)?;
        let sessions = self.mail_server.sessions(visit.client)?;
        ensure!(sessions == 1, "the mail server has {sessions} sessions of {}", visit.client);
        Ok(())
    }
}

fn heard<'a>(visit: &'a Result<Visit>, reply: &str) -> Result<&'a Visit> {
    let visit = visit.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
    let text = without_reference(&visit.heard);
    ensure!(text == reply, "{} heard {:?}, not {reply:?}", visit.client, visit.heard);
    Ok(visit)
}

/// A reply with `*` for the reference in it, if there is one.
fn without_reference(heard: &str) -> String {
    let Some((text, rest)) = heard.split_once(" (ref ") else { return heard.to_owned() };
    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter.is_ascii_uppercase());
    format!("{text} (ref *{rest}")
}

fn is_quick(visit: &Result<Visit>) -> Result<()> {
    let took = visit.as_ref().map(|visit| visit.took).unwrap_or_default();
    ensure!(took < AT_ONCE, "it took {took:?}");
    Ok(())
}

fn are_counted(metrics: &str) -> Result<()> {
    for (name, labels) in COUNT_ONE {
        let found = sample(metrics, name, labels);
        ensure!(found.as_deref() == Some("1"), "{name} with {labels:?} is {found:?}, not 1");
    }
    for (name, labels) in BOUNDS {
        ensure!(sample(metrics, name, labels).is_some(), "there is no {name} with {labels:?}");
    }
    Ok(())
}
