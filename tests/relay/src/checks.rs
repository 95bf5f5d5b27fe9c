//! What must be so behind every screen, and what must not.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::time::{Instant, sleep};

use crate::client::{Forged, Route, SmtpDialogue, When, visit};
use crate::machine::{DOMAIN, LISTED, MailHost, NEWCOMERS, RECIPIENT, STRANGER};
use crate::screen::{SCREEN_LOG, ShippedScreen};

/// Somebody at a domain that is not ours.
const VICTIM: &str = "victim@elsewhere.example";
/// Postfix's reply to a recipient whom it takes (RFC 3463: 2.1.5, destination address valid). To MAIL it says 2.1.0.
const TAKEN: &str = "250 2.1.5 ";
/// Its reply to one of another domain.
const DENIED: &str = "Relay access denied";
/// The module's reply to who is refused, and Postfix's to who does not speak SMTP.
const REFUSED: &str = "521 ";
/// Postfix's replies to what is no command, and to the QUIT in the signature of version 2.
const NO_COMMAND: [&str; 3] = ["500 5.5.", "502 5.5.", "221 "];
/// What stands before the reference in a refusal.
const REFERENCE: &str = " (ref ";
/// How long a mail may take to its mailbox, and a line to a log: Envoy writes its access log every ten seconds.
const SETTLE_MAX: Duration = Duration::from_secs(20);
const SETTLE_POLL: Duration = Duration::from_millis(50);

/// How the checks went.
#[derive(Debug, Default)]
pub struct CheckCounts {
    /// How many have passed.
    pub passed: usize,
    /// How many have failed.
    pub failed: usize,
}

/// One screen with the machine behind it.
struct RelayScene<'a> {
    machine: &'a MailHost,
    screen: &'a ShippedScreen,
    report: &'a mut CheckCounts,
}

/// All checks of one screen, whose records `host_sim` reads.
pub async fn run(machine: &MailHost, screen: &ShippedScreen, host_sim: &Path, report: &mut CheckCounts) {
    let mut scene = RelayScene { machine, screen, report };
    let mut server = match screen.start(machine).await {
        Ok(server) => server,
        Err(error) => return scene.report("starts", &Err(error)),
    };
    if screen.is_control() {
        let result = blind_postfix_relays(scene.screen.route).await;
        scene.report("the control: a Postfix that is left blind relays for a stranger", &result);
    } else {
        scene.check_all(host_sim).await;
    }
    let ended = server.terminate().await.map(drop);
    scene.report("stops when it is told to", &ended);
}

// === impl RelayScene ===

impl RelayScene<'_> {
    async fn check_all(&mut self, host_sim: &Path) {
        let route = self.screen.route;
        let listed = listed_is_refused(route).await;
        let reference = listed.as_ref().ok().cloned();
        self.report("a client on a list is refused", &listed.map(drop));
        let result = stranger_cannot_relay(route, self.machine).await;
        self.report("a stranger cannot relay", &result);
        let result = received_names_the_stranger(route, self.machine, &self.screen.name).await;
        self.report("a stranger's mail to our domain arrives, and Received: has the true address", &result);
        for (forged, newcomer) in Forged::ALL.into_iter().zip(NEWCOMERS) {
            let cases = [
                ("after the greeting", STRANGER, When::Greeted),
                ("at once", STRANGER, When::AtOnce),
                ("at once, on the first visit,", newcomer, When::AtOnce),
            ];
            for (name, from, when) in cases {
                let result = header_gains_nothing(route, from, forged, when).await;
                self.report(
                    &format!("a PROXY header {forged:?} of the client's own {name} gains nothing"),
                    &result,
                );
            }
        }
        // Last, so that the log has long been written.
        if self.screen.writes_records()
            && let Some(reference) = reference
        {
            let result = reference_finds_the_record(&reference, self.machine, host_sim).await;
            self.report("the reference in a refusal finds the client's record in the log", &result);
        }
    }

    fn report(&mut self, what: &str, result: &Result<()>) {
        let name = &self.screen.name;
        match result {
            Ok(()) => {
                self.report.passed += 1;
                println!("ok      {name}: {what}");
            }
            Err(error) => {
                self.report.failed += 1;
                println!("FAILED  {name}: {what}");
                format!("{error:#}").lines().for_each(|line| println!("        {line}"));
            }
        }
    }
}

/// That it is a screen at all; the reference in the refusal.
async fn listed_is_refused(route: Route) -> Result<String> {
    let transcript = relay(route, LISTED, None).await?;
    // A host that can speak has teased it before.
    ensure!(transcript.has(REFUSED), "{LISTED} is not refused:\n{transcript}");
    let reference = transcript.after(REFERENCE).and_then(|rest| rest.split_once(')'));
    let (reference, _) = reference.with_context(|| format!("no reference in the refusal:\n{transcript}"))?;
    Ok(reference.to_owned())
}

/// In what the screen has printed, whether that is Envoy's access log or the log of `serve`.
async fn reference_finds_the_record(reference: &str, machine: &MailHost, host_sim: &Path) -> Result<()> {
    let log = machine.file(SCREEN_LOG);
    let mut replay = Command::new(host_sim);
    replay.arg("replay").arg(&log).args(["--reference", reference]);
    let replay = async || {
        let output = replay.output().with_context(|| format!("cannot start {}", host_sim.display()))?;
        Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    };
    let shown = until(replay).await?;
    let shown =
        shown.with_context(|| format!("host-sim replay finds no {reference} in {}", log.display()))?;
    ensure!(shown.contains(&format!("{LISTED}:")), "not of {LISTED}:\n{shown}");
    Ok(())
}

async fn stranger_cannot_relay(route: Route, machine: &MailHost) -> Result<()> {
    let transcript = relay(route, STRANGER, None).await?;
    ensure!(!transcript.has(TAKEN), "AN OPEN RELAY: mail of {STRANGER} to {VICTIM} is taken\n{transcript}");
    ensure!(transcript.mentions(DENIED), "nobody has said {DENIED:?}:\n{transcript}");
    let line = format!("NOQUEUE: reject: RCPT from unknown[{STRANGER}]: 454 4.7.1 <{VICTIM}>: {DENIED}");
    until(async || Ok(machine.log()?.contains(&line).then_some(())))
        .await?
        .with_context(|| format!("Postfix's log has no line with: {line}"))
}

async fn received_names_the_stranger(route: Route, machine: &MailHost, screen: &str) -> Result<()> {
    let subject = format!("Subject: {screen}");
    let recipient = format!("RCPT TO:<{RECIPIENT}@{DOMAIN}>");
    let body = format!("{subject}\r\n\r\nHello\r\n.");
    let commands =
        ["EHLO client.example", "MAIL FROM:<friend@client.example>", &recipient, "DATA", &body, "QUIT"];
    let transcript = visit(route, STRANGER, None, &commands).await?;
    ensure!(transcript.has("250 2.0.0 Ok: queued"), "the mail is not taken:\n{transcript}");
    let mail = until(async || Ok(mail_with(&machine.mailbox()?, &subject).map(str::to_owned))).await?;
    let mail =
        mail.with_context(|| format!("the mail has not arrived; Postfix's log:\n{}", log_of(machine)))?;
    let received = received(&mail).with_context(|| format!("no Received: in\n{mail}"))?;
    ensure!(received.contains(&format!("[{STRANGER}]")), "not [{STRANGER}], but:\n{received}");
    Ok(())
}

async fn header_gains_nothing(route: Route, from: Ipv4Addr, forged: Forged, when: When) -> Result<()> {
    let transcript = relay(route, from, Some((forged, when))).await?;
    ensure!(!transcript.has(TAKEN), "AN OPEN RELAY: mail of {from} to {VICTIM} is taken\n{transcript}");
    let answered = transcript.mentions(DENIED)
        || transcript.has(REFUSED)
        || NO_COMMAND.iter().any(|begin| transcript.has(begin));
    ensure!(answered, "neither refused nor answered as a bad command:\n{transcript}");
    Ok(())
}

/// That the checks above can fail at all: what they look for happens where nobody tells Postfix who the client is.
async fn blind_postfix_relays(route: Route) -> Result<()> {
    let transcript = relay(route, STRANGER, None).await?;
    ensure!(transcript.has(TAKEN), "it does not, and so the other checks show nothing:\n{transcript}");
    Ok(())
}

/// Tries to send a mail to somebody elsewhere, up to the reply to RCPT.
async fn relay(route: Route, from: Ipv4Addr, forged: Option<(Forged, When)>) -> Result<SmtpDialogue> {
    let recipient = format!("RCPT TO:<{VICTIM}>");
    let commands = ["EHLO client.example", "MAIL FROM:<somebody@client.example>", &recipient, "QUIT"];
    visit(route, from, forged, &commands).await
}

/// The mail in an mbox that has this line.
fn mail_with<'a>(mailbox: &'a str, line: &str) -> Option<&'a str> {
    mailbox.split("\nFrom ").find(|mail| mail.lines().any(|other| other == line))
}

/// The first header `Received:`, the one that was put on last, with its continuation lines.
fn received(mail: &str) -> Option<String> {
    let mut lines = mail.lines().skip_while(|line| !line.starts_with("Received:"));
    let mut header = lines.next()?.to_owned();
    lines.take_while(|line| line.starts_with([' ', '\t'])).for_each(|line| header += line);
    Some(header)
}

/// Asks until there is an answer; none when there is none in time.
async fn until<T>(mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<Option<T>> {
    let deadline = Instant::now() + SETTLE_MAX;
    loop {
        match ask().await? {
            None if Instant::now() < deadline => sleep(SETTLE_POLL).await,
            answer => return Ok(answer),
        }
    }
}

fn log_of(machine: &MailHost) -> String {
    machine.log().unwrap_or_else(|error| format!("{error:#}"))
}

#[cfg(test)]
mod tests;
