//! The mail log that the command in docs/operating.md makes of Envoy's log, run as it stands there.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::patience::until;

const MANUAL: &str = include_str!("../../../docs/operating.md");
/// Where the manual has Envoy's configuration, and where it is here.
const CONFIGURATION: [&str; 2] = ["-c envoy.yaml", "-c /etc/envoy/lds/envoy.yaml --disable-hot-restart"];
/// The mail log that the manual's command writes.
const MAIL_LOG: &str = "/var/log/mail.log";

/// From a client to its line in the mail log.
const LOGGED_MAX: Duration = Duration::from_secs(20);

/// What the manual has: Envoy's arguments, and the command that reads its log.
pub struct Manual {
    /// Envoy's.
    pub arguments: String,
    /// A line of shell, which reads Envoy's log.
    pub reader: String,
}

/// All of it.
pub fn mail_log() -> Result<String> {
    fs::read_to_string(MAIL_LOG).with_context(|| format!("cannot read {MAIL_LOG}"))
}

/// Waits for words in it, from this many bytes on.
pub async fn until_logged(from: usize, words: &str) -> Result<()> {
    let logged = async || Ok(mail_log()?.get(from..).is_some_and(|log| log.contains(words)).then_some(()));
    until(&format!("a line with {words:?}"), LOGGED_MAX, logged).await
}

// === impl Manual ===

impl Manual {
    /// From the block `envoy … | sed …`.
    pub fn read() -> Result<Self> {
        let (_, block) = MANUAL.split_once("```sh\nenvoy ").context("docs/operating.md starts no Envoy")?;
        let (block, _) = block.split_once("\n```").context("docs/operating.md has an open block")?;
        let (envoy, reader) = block.split_once("2>&1 |").context("docs/operating.md reads no log")?;
        let [theirs, ours] = CONFIGURATION;
        ensure!(envoy.contains(theirs), "docs/operating.md starts Envoy without {theirs}");
        Ok(Self { arguments: envoy.replacen(theirs, ours, 1), reader: reader.trim().to_owned() })
    }
}
