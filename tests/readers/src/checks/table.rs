//! The table of sessions, read with each filter; and more sessions than fail2ban remembers.

use std::fs;
use std::net::IpAddr;

use anyhow::{Result, bail, ensure};

use crate::acts::INNOCENT;
use crate::fail2ban::{self, Jail};
use crate::scene::Scene;
use crate::table::{self, Session};

pub fn ours(scene: &Scene) -> Result<()> {
    finds(scene, Jail::Ours, |session| &session.postscreen)
}

pub fn extra_and_ours(scene: &Scene) -> Result<()> {
    finds(scene, Jail::ExtraAndOurs, |session| &session.postfix_local)
}

pub fn extra(scene: &Scene) -> Result<()> {
    finds(scene, Jail::Extra, |session| &session.postfix)
}

/// All sessions are one log, as they would be.
fn finds(scene: &Scene, jail: Jail, expected: fn(&Session) -> &Vec<IpAddr>) -> Result<()> {
    let sessions = table::sessions()?;
    let log = scene.directory().join("sessions.log");
    let lines = sessions.iter().flat_map(|session| &session.lines);
    fs::write(&log, lines.flat_map(|line| [line, "\n"]).collect::<String>())?;
    let title = |address: IpAddr| {
        if address == INNOCENT {
            return "whom clients only name";
        }
        let session = sessions.iter().find(|session| session.clients().any(|client| client == address));
        session.map_or("a client of no session", |session| &session.title)
    };
    let mut found = fail2ban::found(jail, scene.directory(), &log)?.into_iter();
    for expected in sessions.iter().flat_map(expected) {
        match found.next() {
            Some(address) if address == *expected => {}
            Some(address) => {
                bail!("found {address}: {}\n        not {expected}: {}", title(address), title(*expected))
            }
            None => bail!("not found {expected}: {}", title(*expected)),
        }
    }
    match found.next() {
        Some(address) => bail!("found {address} as well: {}", title(address)),
        None => Ok(()),
    }
}

/// So many sessions with a failed test fail2ban remembers, whatever the filter.
const REMEMBERED: u8 = 100;

/// Our filter follows sessions, so docs/fail2ban.md says what becomes of one more that wait for their end.
pub fn crowd(scene: &Scene) -> Result<()> {
    let line = |begin: &str, client: u8, end: &str| {
        format!("Nov 30 06:00:00 mx postfix/postscreen[812]: {begin} [192.0.2.{client}]:40000{end}\n")
    };
    let clients = || 0..=REMEMBERED;
    let talks = clients().map(|client| line("PREGREET 9 after 0 from", client, ": EHLO x\\r\\n"));
    let log = scene.directory().join("crowd.log");
    fs::write(&log, talks.chain(clients().map(|client| line("DISCONNECT", client, ""))).collect::<String>())?;
    let found = fail2ban::found(Jail::Ours, scene.directory(), &log)?;
    let expected: Vec<IpAddr> = clients().skip(1).map(|client| [192, 0, 2, client].into()).collect();
    ensure!(found == expected, "found {found:?}");
    Ok(())
}
