//! A change of the configuration in mid-stream drops no session.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::{join_all, try_join_all};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::time::{Instant, timeout};

use crate::people::{self, STRANGERS};
use crate::report::Report;
use crate::senders::Sender;
use crate::story::send_with_everybody;
use crate::world::{World, recipient};

/// How many sessions are in the middle of a mail when the configuration changes.
pub const SESSIONS: usize = 48;
/// How many clients wait for their turn then.
const WAITING: usize = STRANGERS.len() - SESSIONS;
/// How long a client waits for a line.
const LINE_MAX: Duration = Duration::from_secs(30);

/// `greet_wait` as it is by default; nobody is served sooner.
const OLD_GREET_WAIT: Duration = Duration::from_secs(6);
/// What is changed: newcomers wait for a second from then on.
const CHANGE: [&str; 2] = [r#""greet_action": "drop","#, r#""greet_action": "drop", "greet_wait": "1s","#];

/// All of it.
pub async fn play(world: &mut World, report: &mut Report) {
    let open = Barrier::new(SESSIONS + 1);
    let changed = Barrier::new(SESSIONS + 1);
    let (talking, waiting) = STRANGERS.split_at(SESSIONS);
    let talking = join_all(talking.iter().map(|&from| in_the_middle_of_a_mail(from, &open, &changed)));
    let change = async {
        open.wait().await;
        // These wait for their turn while the configuration changes, and the real senders send.
        let waiting = try_join_all(waiting.iter().map(|&from| people::is_served(from, "has waited")));
        let (taken, waited, senders) = tokio::join!(
            world.edge.reconfigure(|listener| listener.replace(CHANGE[0], CHANGE[1])),
            waiting,
            send_with_everybody(world, "under a change of the configuration"),
        );
        changed.wait().await;
        (taken, waited, senders)
    };
    let (talked, (taken, waited, senders)) = tokio::join!(talking, change);
    let taken = taken.and_then(|taken| {
        ensure!(taken, "it is refused:\n{}", world.edge.log());
        Ok(())
    });
    report.test("a change of the configuration", "it is taken while clients are there", taken);
    let lost: Vec<_> = talked.iter().filter_map(|session| session.as_ref().err()).collect();
    let lost: Vec<_> = lost.iter().map(|error| format!("{error:#}")).collect();
    let none_lost =
        lost.is_empty().then_some(()).with_context(|| format!("{} lost:\n{}", lost.len(), lost.join("\n")));
    let what = format!("{SESSIONS} sessions in the middle of a mail: none lost");
    report.test("a change of the configuration", &what, none_lost);
    let what = format!("{WAITING} clients that waited for their turn: all served");
    report.test("a change of the configuration", &what, waited.map(drop));
    for (sender, result) in Sender::ALL.iter().zip(senders) {
        report.test(sender, "its mail arrives under a change of the configuration", result);
    }
    let result = is_in_force(world).await;
    report.test("a change of the configuration", "who comes afterwards is screened by the new one", result);
}

/// Waits its turn, begins a mail, and finishes it when the configuration has changed.
async fn in_the_middle_of_a_mail(from: Ipv4Addr, open: &Barrier, changed: &Barrier) -> Result<()> {
    let begun = begin(from).await;
    open.wait().await;
    changed.wait().await;
    let mut client = begun?;
    let ended = say(&mut client, "the end\r\n.", "250 ").await;
    ended.and(say(&mut client, "QUIT", "221 ").await).with_context(|| format!("{from} is lost"))
}

async fn begin(from: Ipv4Addr) -> Result<BufStream<TcpStream>> {
    let mut client = BufStream::new(people::connect(from).await?);
    hear(&mut client, "220 ").await?;
    say(&mut client, "HELO sender.example", "250 ").await?;
    say(&mut client, "MAIL FROM:<friend@sender.example>", "250 ").await?;
    say(&mut client, &format!("RCPT TO:<{}>", recipient()), "250 ").await?;
    say(&mut client, "DATA", "354 ").await?;
    client.write_all(b"Subject: long\r\n\r\nthe beginning\r\n").await?;
    client.flush().await?;
    Ok(client)
}

async fn say(client: &mut BufStream<TcpStream>, line: &str, expected: &str) -> Result<()> {
    client.write_all(format!("{line}\r\n").as_bytes()).await?;
    client.flush().await?;
    hear(client, expected).await
}

async fn hear(client: &mut BufStream<TcpStream>, expected: &str) -> Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        timeout(LINE_MAX, client.read_line(&mut line)).await.with_context(|| format!("no {expected}"))??;
        if line.as_bytes().get(3) != Some(&b'-') {
            break;
        }
    }
    ensure!(line.starts_with(expected), "{expected:?} expected, heard {line:?}");
    Ok(())
}

/// A newcomer need not wait as long as before.
async fn is_in_force(world: &mut World) -> Result<()> {
    let newcomer = world.newcomers.polite()?;
    let began = Instant::now();
    people::is_served(newcomer, "after the change").await?;
    let waited = began.elapsed();
    ensure!(waited < OLD_GREET_WAIT, "{newcomer} has been served after {waited:?}");
    Ok(())
}
