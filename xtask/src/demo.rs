//! `cargo xtask demo`: a screen on a real socket, one client of every kind, and what became of each.

mod client;
mod report;
mod screen;
mod story;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::thread;

use anyhow::{Context, Result, anyhow};

use crate::repo::Repo;
use crate::wasm;
use client::DemoVisit;
use screen::DemoScreen;
use story::{DemoStory, STORIES};

/// Where `--keep` listens: the first of these that is free. The same port every day is one less thing to look up.
const KEPT_PORTS: RangeInclusive<u16> = 2525..=2534;

/// Plays every story. True when each client met with what its story says.
pub fn run(repo: &Repo, keep: bool) -> Result<bool> {
    println!("==> building postscreen.wasm and host-sim");
    build(repo)?;

    println!("\n==> the screen, with the policy of {} and the zones of {}", screen::POLICY, screen::ZONE);
    let mut screen = DemoScreen::start(repo, listen_address(keep)?)?;
    println!("\n==> {} clients at the door; this is the screen's log", STORIES.len());
    let visits = play(screen.address())?;
    let verdicts = screen.verdicts(&visits)?;

    println!("\n==> what became of them");
    let rows = report::rows(&visits, &verdicts);
    println!("{}", report::table(&rows));
    let expected = rows.iter().all(report::ClientRow::as_expected);
    println!("{}", report::conclusion(&rows));
    if keep {
        println!("\n{}", report::lesson(screen.address()));
        screen.wait()?;
    }
    Ok(expected)
}

/// Builds what the demo runs. Both at the same time: each of them has long stretches in which it compiles one crate
/// only.
fn build(repo: &Repo) -> Result<()> {
    thread::scope(|scope| {
        let module = scope.spawn(|| wasm::build_module(repo));
        let program = repo.build_program("host-sim");
        module.join().map_err(|_| anyhow!("the build of the module panicked"))?.and(program)
    })
}

/// Any free port for a run that ends by itself; a known one for a screen that stays.
fn listen_address(keep: bool) -> Result<SocketAddr> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if !keep {
        return Ok(at(0));
    }
    KEPT_PORTS
        .map(at)
        .find(|address| TcpListener::bind(address).is_ok())
        .with_context(|| format!("every port of {KEPT_PORTS:?} is in use"))
}

/// All clients at the same time, except that those with one address come one after the other: the second returns.
fn play(screen: SocketAddr) -> Result<Vec<DemoVisit>> {
    let mut by_address: BTreeMap<Ipv4Addr, Vec<&'static DemoStory>> = BTreeMap::new();
    for story in &STORIES {
        by_address.entry(story.from).or_default().push(story);
    }
    let clients: Vec<_> = by_address
        .into_values()
        .map(|stories| {
            thread::spawn(move || {
                stories.into_iter().map(|story| client::visit(story, screen)).collect::<Result<Vec<_>>>()
            })
        })
        .collect();
    let mut visits = Vec::new();
    for client in clients {
        visits.extend(client.join().map_err(|_| anyhow!("a client panicked"))??);
    }
    visits.sort_by_key(|visit| STORIES.iter().position(|story| story.name == visit.story.name));
    Ok(visits)
}
