//! The lines of host-sim's log that the demo needs to understand.

use std::net::SocketAddr;

/// What a line says.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// A connection has ended, and this was the verdict.
    Access { client: SocketAddr, verdict: String },
    /// The screen is ready.
    Listening(SocketAddr),
    /// For the operator's eyes.
    Other,
}

impl Line {
    /// Reads `listening on ADDR` and `TIMESTAMP access: client=ADDR verdict="WORDS" …`.
    pub fn read(line: &str) -> Self {
        listening(line).or_else(|| access(line)).unwrap_or(Self::Other)
    }
}

fn listening(line: &str) -> Option<Line> {
    let (_, address) = line.split_once("listening on ")?;
    let address = address.split_whitespace().next()?;
    address.parse().ok().map(Line::Listening)
}

fn access(line: &str) -> Option<Line> {
    let (_, fields) = line.split_once(" access: ")?;
    let (_, client) = fields.split_once("client=")?;
    let client = client.split(' ').next()?.parse().ok()?;
    let (_, verdict) = fields.split_once("verdict=\"")?;
    let (verdict, _) = verdict.split_once('"')?;
    Some(Line::Access { client, verdict: verdict.to_owned() })
}

#[cfg(test)]
mod tests;
