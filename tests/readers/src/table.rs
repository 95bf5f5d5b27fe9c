//! `sessions.log`: sessions that look like a log, each with whom fail2ban finds in it.

use std::net::IpAddr;

use anyhow::{Context, Result, ensure};

const TABLE: &str = include_str!("../sessions.log");

/// What stands there for no address.
const NOBODY: &str = "nobody";

/// Some lines of the log, and who is found in them with each filter.
#[derive(Debug, PartialEq, Eq)]
pub struct Session {
    pub title: String,
    /// With deploy/fail2ban/postscreen.conf.
    pub postscreen: Vec<IpAddr>,
    /// With the stock filter and deploy/fail2ban/postfix.local.
    pub postfix_local: Vec<IpAddr>,
    /// With the stock filter.
    pub postfix: Vec<IpAddr>,
    pub lines: Vec<String>,
}

impl Session {
    /// Whom its lines are about: the first address in brackets behind the line's tag.
    pub fn clients(&self) -> impl Iterator<Item = IpAddr> {
        let texts = self.lines.iter().filter_map(|line| line.split_once("]: "));
        texts.filter_map(|(_, text)| text.split(['[', ']']).nth(1)?.parse().ok())
    }
}

/// All of them.
pub fn sessions() -> Result<Vec<Session>> {
    parse(TABLE)
}

/// The first paragraph says what the table is; each of the others is a session.
fn parse(table: &str) -> Result<Vec<Session>> {
    table.split("\n\n").skip(1).map(|paragraph| session(paragraph).context(paragraph.to_owned())).collect()
}

fn session(paragraph: &str) -> Result<Session> {
    let mut lines = paragraph.lines();
    let mut remark = |name: &str| {
        let line = lines.next().and_then(|line| line.strip_prefix("# ")?.strip_prefix(name));
        line.with_context(|| format!("expected: # {name}"))
    };
    let session = Session {
        title: remark("")?.to_owned(),
        postscreen: addresses(remark("postscreen: ")?)?,
        postfix_local: addresses(remark("postfix.local: ")?)?,
        postfix: addresses(remark("postfix: ")?)?,
        lines: lines.map(str::to_owned).collect(),
    };
    ensure!(!session.lines.is_empty(), "expected: lines of a log");
    ensure!(!session.lines.iter().any(|line| line.starts_with('#')), "a remark among the lines of the log");
    Ok(session)
}

fn addresses(text: &str) -> Result<Vec<IpAddr>> {
    if text == NOBODY {
        return Ok(Vec::new());
    }
    let addresses = text.split(' ').map(|address| address.parse().with_context(|| format!("{address:?}")));
    addresses.collect()
}

#[cfg(test)]
mod tests;
