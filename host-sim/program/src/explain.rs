//! `host-sim explain`: what would happen to one client, and why.
//!
//! The engine decides and gives the reasons; here is what it needs from outside, and what people see of it:
//!
//! - [`ask`]: asks all lists, side by side;
//! - [`words`]: reasons as sentences;
//! - [`render`]: everything for people, and for programs.

mod ask;
mod render;
mod words;

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use dns_client::{DnsServer, Stub};
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use postscreen_engine::dnsbl::MESSAGE_MAX;
use postscreen_engine::explain::{
    ClientFacts, Explanation, SenderOpinion, explain, follow_senders, parse_record, questions,
};
use postscreen_engine::{Policy, Record};

use crate::{io, refusal};
use ask::ListSource;

/// Of a command line, or a file that it names, which makes no sense; clap uses the same.
const BAD_INPUT: u8 = 2;

/// `host-sim explain`
#[derive(Args, Debug)]
#[command(after_long_help = HELP)]
pub struct ExplainArgs {
    /// The client's IP address
    #[arg(value_name = "ADDRESS", value_parser = address)]
    client: IpAddr,
    /// The module's configuration (JSON)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The address that the client connects to, for `allowlist_interfaces`; without it one where passes can be earned
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    server: Option<IpAddr>,
    /// What is remembered of the client, as postscreen stores it: `1795435881;1;1;1;1`; without it the client is new
    #[arg(long, value_name = "STAMPS", value_parser = parse_record)]
    record: Option<Record>,
    /// The time, in Unix seconds; without it the clock's
    #[arg(long, value_name = "UNIX")]
    now: Option<u64>,
    /// Answers of the DNS lists from a file (YAML), as for `host-sim serve`
    #[arg(long, value_name = "FILE", conflicts_with = "resolver")]
    zone: Option<PathBuf>,
    /// The DNS server to ask, over UDP; without it the first one in /etc/resolv.conf
    #[arg(long, value_name = "HOST:PORT")]
    resolver: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Examples:
  host-sim explain 203.0.113.9 --config policy.json
      Ask the lists, and tell what would happen to this client if it came for the first time, waited for its turn, and
      then delivered one mail.
  host-sim explain 203.0.113.9 --config policy.json --record \"$(postmap -q 203.0.113.9 btree:postscreen_cache)\"
      The same for a client that postscreen knows.
  host-sim explain 2001:db8::9 --config policy.json --zone zone.yaml --now 1795435881 --json
      Nobody is asked: the answers come from a file, and the output is always the same.

Exit status: 0 when the client could be explained, 2 for bad input.

JSON, one object; a field that does not apply is null:
  client, server, time        the question; time in Unix seconds
  access                      decision (permit, reject or dunno), rule (index from 0, text; network: the entry of
                              mynetworks that matched)
  interface_allowed           whether passes can be earned at the server's address
  record                      known, outdated (older than cache_retention_time, so as good as none)
  tests[]                     test, action, on_trial, state (disabled, never_passed, valid, expired), expiry (Unix
                              seconds)
  lists[]                     list (its public name), on_trial, answer (listed, not_listed, timeout, error,
                              not_asked), records, ttl (seconds), error, counts (false: it came after the verdict),
                              entries[] (filter, weight, matches)
  senders[]                   sender (of allow_spf), result (pass, fail, softfail, neutral, none, temperror,
                              permerror), path (through the records to where that was decided)
  lists_matter                whether such a client is looked up at all
  score                       total, ttl (seconds that a pass would be worth), threshold, allowlist_threshold,
                              blamed (the list that the reply names)
  trial                       what the lists on trial would have changed: total (the score with them), effect, lists
  outcome                     served, verdict (as in access logs), waits_ms, reply, turned_away (that reply is all;
                              otherwise it is the answer to RCPT), remembered (five Unix times), words";

/// Explains, or says what is wrong with the question.
pub fn main(args: &ExplainArgs) -> ExitCode {
    match run(args) {
        Ok(text) => io::print(&(text + "\n")),
        Err(report) => {
            io::complain(&format!("{report:?}"));
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// What is printed.
fn run(args: &ExplainArgs) -> Result<String> {
    let text = io::read(&args.config)?;
    let name = args.config.display().to_string();
    let policy =
        Policy::parse(text.as_bytes()).map_err(|error| refusal::pointed(&error.to_string(), &name, &text))?;
    let source = source(args, &policy)?;
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let names: Vec<_> = policy.zones().iter().map(|zone| zone.public_name.as_str()).collect();
    let replies = ask::all(&source, &questions(&policy, args.client), &names);
    let (senders, sender_replies) =
        follow_senders(&policy, args.client, |questions| ask::about_senders(&source, questions));
    let case = ClientFacts {
        client: args.client,
        server: args.server,
        record: args.record,
        unix: args.now.unwrap_or_else(clock),
        replies: &replies,
        sender_replies: &sender_replies,
    };
    let told = Told { policy: &policy, case: &case, explanation: explain(&policy, &case), senders: &senders };
    Ok(if args.json { format!("{:#}", render::json(&told)) } else { render::table(&told) })
}

/// A client with its explanation, for those who print it.
struct Told<'a> {
    policy: &'a Policy,
    case: &'a ClientFacts<'a>,
    explanation: Explanation,
    senders: &'a [SenderOpinion],
}

fn source(args: &ExplainArgs, policy: &Policy) -> Result<ListSource> {
    let timeout = policy.dnsbl_timeout.duration();
    if let Some(file) = &args.zone {
        return Ok(ListSource::Zones(io::zones(file)?, timeout));
    }
    let server = match &args.resolver {
        Some(server) => DnsServer::Udp(resolver_address(server)?),
        None => DnsServer::of_the_system(),
    };
    Ok(match server {
        // One byte more than the engine takes, so that it can tell what is too long.
        DnsServer::Udp(server) => {
            ListSource::Resolver(Stub { server, over_tcp: false, answer_bytes_max: MESSAGE_MAX + 1 }, timeout)
        }
        _ => ListSource::Nobody,
    })
}

fn resolver_address(text: &str) -> Result<SocketAddr> {
    let mut found = text
        .to_socket_addrs()
        .into_diagnostic()
        .wrap_err_with(|| format!("--resolver {text}: expected HOST:PORT, such as 127.0.0.1:53"))?;
    found.next().ok_or_else(|| miette!("--resolver {text}: the host has no address"))
}

/// An IP address, in brackets or not.
fn address(text: &str) -> Result<IpAddr, String> {
    let plain = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    plain.parse().map_err(|_| "expected an IP address, such as 203.0.113.9 or 2001:db8::9".to_owned())
}

#[cfg(test)]
mod tests;
