//! How to be each kind of client oneself.

use std::net::SocketAddr;
use std::process::Command;

use super::story::GREET_WAIT;
use crate::process::succeeds;

/// What `--keep` prints: a command for every kind of client. The addresses are those of the policy and the zones.
pub fn lesson(screen: SocketAddr) -> String {
    let (host, port) = (screen.ip(), screen.port());
    let wait = GREET_WAIT.as_secs();
    let nc = |from: &str| format!("nc -s {from} {host} {port}");
    let lines = [
        (format!("new: greeted after {wait} s, then HELO, QUIT and so on"), nc("127.0.0.101")),
        ("returning: the same again, greeted at once".to_owned(), nc("127.0.0.101")),
        ("talks too early".to_owned(), format!("printf 'EHLO zombie\\r\\n' | {}", nc("127.0.0.102"))),
        (format!("listed: refused after {wait} s"), nc("127.0.0.30")),
        (format!("listed, below the threshold: greeted after {wait} s"), nc("127.0.0.35")),
        ("allowlisted by DNS".to_owned(), nc("127.0.0.40")),
        ("permitted".to_owned(), nc("127.0.0.25")),
        ("denied".to_owned(), nc("127.0.0.66")),
        (format!("hangs up: Ctrl-C before the {wait} s are over"), nc("127.0.0.103")),
    ];
    let mut text =
        format!("The screen goes on listening on {screen}; Ctrl-C stops it. Be a client yourself:\n\n");
    for (who, command) in lines {
        text.push_str("  # ");
        text.push_str(&who);
        text.push_str("\n  ");
        text.push_str(&command);
        text.push('\n');
    }
    if !succeeds(Command::new("sh").args(["-c", "command -v nc"])) {
        text.push_str("\nThis machine has no nc yet: apt-get install netcat-openbsd\n");
    }
    text.push_str(
        "\nThe source address says who you are; any other address in 127.0.0.0/8 is a new client.\n",
    );
    text
}
