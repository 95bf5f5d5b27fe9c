//! One letter from each sender, all at the same time, through Envoy with the configuration that we ship.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use relay_suite::etc::PostfixSetup;
use relay_suite::machine::{MailHost, MailHostSetup, SERVER_IP};
use relay_suite::shipped;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::cli::Programs;
use crate::mailbox::{self, Mail};
use crate::report::Report;
use crate::senders::{self, Letter, Sender, Senders};

/// The configuration that we ship.
const CONFIGURATION: &str = "deploy/envoy/postscreen.yaml";
/// How long the letters may take to the mailbox when all are sent: a new client waits for six seconds.
const ARRIVE_MAX: Duration = Duration::from_secs(30);
const ARRIVE_POLL: Duration = Duration::from_millis(200);

/// Everything that runs. The senders go first: their files are in the machine's folder.
struct Trial {
    senders: Senders,
    machine: MailHost,
}

/// Sends them, and looks what has become of each.
pub async fn run(programs: &Programs) -> Result<Report> {
    let machine = MailHost::start(&setup(programs)).await?;
    let screen = shipped::screen(Path::new(CONFIGURATION), &programs.envoy)?;
    let mut envoy = screen.start(&machine).await.context("Envoy with the module")?;
    let senders = Senders::start(&machine.file("senders"), &programs.senders).await?;
    let trial = Rc::new(Trial { senders, machine });
    let mut report = Report::default();
    let mut sent = trial.clone().send_all().await?;
    let mails = trial.arrived().await?;
    for sender in Sender::ALL {
        let result = sent.remove(&sender).with_context(|| format!("{sender} has not sent"))?;
        report.test(sender, "it sends its letter", result);
        trial.check(sender, &mails, &mut report);
    }
    let trial = Rc::into_inner(trial).context("something still uses the senders")?;
    report.test("the senders", "they stop when they are told to", trial.senders.stop().await);
    report.test(&screen.name, "it stops when it is told to", envoy.terminate().await.map(drop));
    trial.machine.stop()?;
    Ok(report)
}

fn setup(programs: &Programs) -> MailHostSetup {
    MailHostSetup {
        postfix: PostfixSetup::AsTheReadmeSays,
        module: programs.module.clone(),
        addresses: Sender::ALL.map(Sender::address).into_iter().chain([SERVER_IP]).collect(),
        names: senders::names(),
        users: senders::USERS.to_vec(),
    }
}

// === impl Trial ===

impl Trial {
    /// All at the same time; whether each could.
    async fn send_all(self: Rc<Self>) -> Result<BTreeMap<Sender, Result<()>>> {
        let mut sending = JoinSet::new();
        for sender in Sender::ALL {
            let trial = self.clone();
            sending.spawn_local(async move { (sender, trial.senders.send(sender, &letter(sender)).await) });
        }
        let mut sent = BTreeMap::new();
        while let Some(done) = sending.join_next().await {
            sent.extend([done?]);
        }
        Ok(sent)
    }

    /// All mails in the mailbox, as soon as nothing more can come, or after [`ARRIVE_MAX`].
    async fn arrived(&self) -> Result<Vec<Mail>> {
        let deadline = Instant::now() + ARRIVE_MAX;
        loop {
            let mails = mailbox::mails(&self.machine.mailbox()?);
            let complete = Sender::ALL.into_iter().all(|sender| of(sender, &mails).next().is_some());
            if Instant::now() > deadline || complete && self.waiting().await? == 0 {
                return Ok(mails);
            }
            sleep(ARRIVE_POLL).await;
        }
    }

    /// How many mails are in all queues.
    async fn waiting(&self) -> Result<usize> {
        let mut sum = 0;
        for sender in Sender::ALL.into_iter().filter(|sender| sender.queues()) {
            sum += self.senders.queue(sender).await?;
        }
        Ok(sum)
    }

    fn check(&self, sender: Sender, mails: &[Mail], report: &mut Report) {
        let found: Vec<_> = of(sender, mails).collect();
        report.test(sender, "the letter arrives exactly once", self.is_one(sender, &found));
        report.test(sender, "its body arrives as it was sent, byte for byte", has_body(sender, &found));
        report.test(sender, "Received: has the sender's own address and name", has_address(sender, &found));
    }

    fn is_one(&self, sender: Sender, found: &[&Mail]) -> Result<()> {
        ensure!(
            found.len() == 1,
            "there are {} of it; the sender's log:\n{}\nthe mail server's log:\n{}",
            found.len(),
            self.senders.log(sender)?,
            self.machine.log()?
        );
        Ok(())
    }
}

fn has_body(sender: Sender, found: &[&Mail]) -> Result<()> {
    let (body, sent) = (first(found)?.body(), letter(sender).body);
    ensure!(body == sent, "expected:\n{}\nfound:\n{}", sent.escape_debug(), body.escape_debug());
    Ok(())
}

fn has_address(sender: Sender, found: &[&Mail]) -> Result<()> {
    let received = first(found)?.received().context("there is no header Received:")?;
    let from = format!("from {name} ({name} [{address}])", name = sender.helo(), address = sender.address());
    ensure!(received.starts_with(&from), "expected: {from}\nfound:    {received}");
    Ok(())
}

fn first<'a>(found: &[&'a Mail]) -> Result<&'a Mail> {
    found.first().copied().context("there is no such mail")
}

fn letter(sender: Sender) -> Letter {
    Letter::hard(&format!("Sent by {sender}"))
}

/// The mails that have the subject of this sender's letter.
fn of(sender: Sender, mails: &[Mail]) -> impl Iterator<Item = &Mail> {
    let subject = letter(sender).subject;
    mails.iter().filter(move |mail| mail.subject().as_ref() == Some(&subject))
}
