//! Everybody at once: zombies and real senders, on a screen with everything around it.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::{join_all, try_join_all};
use postscreen_engine::metric::Counter;

use crate::mail_log::mail_log;
use crate::mailbox::Mail;
use crate::patience::until;
use crate::people::{self, ALLOWLISTED, EARLY, LISTED};
use crate::report::Report;
use crate::senders::{Letter, Sender};
use crate::world::{World, is_from};

/// How often a zombie comes: as often as the jail allows, and no more.
const ZOMBIE_VISITS: usize = 3;
/// From the hand-over of a letter to the mailbox: the greet wait, a queue's patience, and a busy machine.
pub const LETTER_MAX: Duration = Duration::from_mins(1);
/// From a client's end to the mail log.
const SEEN_MAX: Duration = Duration::from_secs(30);

/// All of it.
pub async fn play(world: &World, report: &mut Report) {
    // At the same time, as they come in life.
    let (senders, zombies, vouched) = tokio::join!(
        send_with_everybody(world, "with everybody at once"),
        zombies(),
        try_join_all(ALLOWLISTED.map(|from| people::is_served(from, "vouched for"))),
    );
    report.test("zombies", "who talks early, or is on a list, hears 521", zombies);
    for (sender, result) in Sender::ALL.iter().zip(senders) {
        report.test(sender, "its mail arrives once, unchanged, from its own address", result);
    }
    report.test("good clients", "whom a list vouches for is served", vouched.map(drop));
    report.test("zombies", "no mail of theirs arrives", nothing_of_zombies(world));
    report.test("the log", "it has everybody's lines", log_is_complete().await);
    report.test("Prometheus", "it has counted everybody", counted(world).await);
    report.test("fail2ban", "it bans the zombies, and nobody else", banned(world).await);
    report.test("zombies", "who is banned does not get in", banned_stay_out().await);
}

/// One letter of each sender, in their order: what came of it.
pub async fn send_with_everybody(world: &World, subject: &str) -> Vec<Result<()>> {
    join_all(Sender::ALL.map(async |sender| {
        let letter = Letter::hard(&format!("{subject}, by {sender}"));
        world.senders.send(sender, &letter).await?;
        arrives(world, sender, &letter).await
    }))
    .await
}

/// Waits for a sender's letter in the mailbox.
pub async fn arrives(world: &World, sender: Sender, letter: &Letter) -> Result<()> {
    let is_it = |mail: &Mail| mail.subject().as_ref() == Some(&letter.subject);
    let found = until("the letter in the mailbox", LETTER_MAX, async || {
        let found: Vec<_> = world.mails()?.into_iter().filter(is_it).collect();
        Ok((!found.is_empty()).then_some(found))
    });
    let log = || {
        let logs = world.senders.log(sender).and_then(|log| Ok([log, world.host.log()?]));
        logs.map_or_else(|error| format!("{error:#}"), |logs| logs.join("\nthe mail server's log:\n"))
    };
    let found = found.await.with_context(|| format!("the log of {sender}:\n{}", log()))?;
    ensure!(found.len() == 1, "it has arrived {} times", found.len());
    for mail in found {
        ensure!(mail.body() == letter.body, "sent:\n{}\narrived:\n{}", letter.body, mail.body());
        ensure!(is_from(&mail, sender.address()), "not from {}: {:?}", sender.address(), mail.received());
    }
    Ok(())
}

async fn zombies() -> Result<()> {
    let early = EARLY.map(async |from| {
        for _ in 0..ZOMBIE_VISITS {
            people::early_talker_is_refused(from).await?;
        }
        Ok::<_, anyhow::Error>(())
    });
    let listed = LISTED.map(async |from| {
        for _ in 0..ZOMBIE_VISITS {
            people::is_refused(from).await?;
        }
        Ok::<_, anyhow::Error>(())
    });
    let (early, listed) = tokio::join!(try_join_all(early), try_join_all(listed));
    early.and(listed).map(drop)
}

fn nothing_of_zombies(world: &World) -> Result<()> {
    for mail in world.mails()? {
        ensure!(mail.subject().as_deref() != Some(people::NO_MAIL), "this has arrived: {mail:?}");
        let zombie = EARLY.iter().chain(&LISTED).find(|&&zombie| is_from(&mail, zombie));
        ensure!(zombie.is_none(), "a mail of {zombie:?} has arrived: {mail:?}");
    }
    Ok(())
}

async fn log_is_complete() -> Result<()> {
    let count = |log: &str, words: &str| log.lines().filter(|line| line.contains(words)).count();
    for (words, expected) in [
        ("]: PREGREET ", EARLY.len() * ZOMBIE_VISITS),
        ("]: DNSBL rank 3 for ", LISTED.len() * ZOMBIE_VISITS),
        ("]: DISCONNECT ", (EARLY.len() + LISTED.len()) * ZOMBIE_VISITS),
        ("]: PASS NEW ", Sender::ALL.len() + ALLOWLISTED.len()),
    ] {
        let all = async || Ok((count(&mail_log()?, words) >= expected).then_some(()));
        until(&format!("{expected} lines with {words:?}"), SEEN_MAX, all).await?;
        let found = count(&mail_log()?, words);
        ensure!(found == expected, "{expected} lines with {words:?} expected, {found} found");
    }
    Ok(())
}

async fn counted(world: &World) -> Result<()> {
    let prometheus = world.prometheus.as_ref().context("Prometheus does not run")?;
    let refused = EARLY.len() + LISTED.len();
    for (series, expected) in [
        (Counter::Pregreet.name().to_owned(), EARLY.len() * ZOMBIE_VISITS),
        (Counter::DnsblBlocked.name().to_owned(), LISTED.len() * ZOMBIE_VISITS),
        (Counter::Refused.name().to_owned(), refused * ZOMBIE_VISITS),
        (Counter::PassNew.name().to_owned(), Sender::ALL.len() + ALLOWLISTED.len()),
        (verdict("pregreet"), EARLY.len() * ZOMBIE_VISITS),
        (verdict("dnsbl"), LISTED.len() * ZOMBIE_VISITS),
        (verdict("pass_new"), Sender::ALL.len() + ALLOWLISTED.len()),
    ] {
        prometheus.until(&format!("{series} == {expected}")).await?;
    }
    Ok(())
}

fn verdict(name: &str) -> String {
    format!("postscreen_verdicts_total{{verdict=\"{name}\"}}")
}

async fn banned(world: &World) -> Result<()> {
    let fail2ban = world.fail2ban.as_ref().context("fail2ban does not run")?;
    let zombies: Vec<_> = EARLY.into_iter().chain(LISTED).collect();
    fail2ban.until_banned(&zombies).await?;
    let zombies = BTreeSet::from_iter(zombies);
    let innocent: Vec<_> = fail2ban.banned()?.difference(&zombies).copied().collect();
    ensure!(innocent.is_empty(), "{innocent:?} are banned as well");
    Ok(())
}

async fn banned_stay_out() -> Result<()> {
    for zombie in [EARLY[0], LISTED[0]] {
        ensure!(people::connect(zombie).await.is_err(), "{zombie} gets in");
    }
    Ok(())
}
