//! The command line of `host-sim serve`, and from there to the host's settings. docs/sidecar.md has its table of
//! options from here.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use dns_client::DnsServer;
use envoy_sim::{Cluster, HttpCluster, Settings};
use miette::miette;
use postscreen_scenario::Zones;

use super::backend::BackendAddress;
use super::listen::ListenAddress;
use super::print::LogFormat;
use super::proxy_header::Version;
use crate::host_args::{DEFAULT_MODULE, HostArgs, at_least_one};
use crate::io;

/// The longest time that an option takes.
const SPAN_MAX: Duration = Duration::from_hours(1);
/// The most DNS questions at one time that can be asked for: each has a socket.
const QUESTIONS_MAX: i64 = 10_000;

/// `host-sim serve`
#[derive(Args, Debug)]
#[command(after_long_help = include_str!("help.txt"))]
// As in the configuration for Envoy that is there to be copied: a module that traps is started anew.
#[command(mut_arg("failure_policy", |policy| policy.default_value("fail-reload")))]
pub struct ServeArgs {
    /// Where to listen: an address with a port (0 takes a free one), or unix:PATH; may be given several times
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2525", help_heading = CLIENTS)]
    pub(super) listen: Vec<ListenAddress>,
    /// The most clients at one time; further ones are closed without a word
    #[arg(long, value_name = "N", default_value = "10000", value_parser = at_least_one, help_heading = CLIENTS)]
    pub(super) max_connections: NonZeroUsize,
    /// Every connection begins with a PROXY protocol header, of version 1 or 2, that names the client
    #[arg(long, help_heading = CLIENTS)]
    pub(super) proxy_protocol_in: bool,
    /// How long to wait for that header
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = span, help_heading = CLIENTS)]
    pub(super) proxy_protocol_timeout: Duration,

    /// The mail server for clients that pass; without it a small embedded one, which keeps nothing
    #[arg(long, value_name = "HOST:PORT", help_heading = MAIL)]
    pub(super) backend: Option<BackendAddress>,
    /// How long a connection to the mail server may take; then the client is closed
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = span, help_heading = MAIL)]
    pub(super) connect_timeout: Duration,
    /// Tell the mail server who the client is, in a PROXY protocol header of this version; without it, one that trusts
    /// this host relays for everybody
    #[arg(long, value_name = "VERSION", value_enum, help_heading = MAIL)]
    pub(super) proxy_protocol_out: Option<Version>,

    /// The module's configuration (JSON), read again when it changes and at SIGHUP; without it a small one made for
    /// trying things out
    #[arg(long, value_name = "FILE", help_heading = SCREENING)]
    pub(super) config: Option<PathBuf>,
    /// Print the configuration that is used without --config, and stop
    #[arg(long, help_heading = SCREENING)]
    pub(super) print_config: bool,
    /// The module
    #[arg(long, value_name = "PATH", default_value = DEFAULT_MODULE, help_heading = SCREENING)]
    pub(super) module: PathBuf,
    /// How many workers, each with a virtual machine of its own; they take turns
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one, help_heading = SCREENING)]
    pub(super) workers: NonZeroUsize,
    /// The host around the module
    #[command(flatten, next_help_heading = SCREENING)]
    pub(super) host: HostArgs,

    /// Who answers for DNS lists: `udp://ADDRESS` (TCP for long answers), `tcp://ADDRESS`, `https://HOST/PATH`,
    /// `http://HOST/PATH`, or `none`; with --config alone, the first nameserver in /etc/resolv.conf
    #[arg(long, value_name = "URL", conflicts_with = "zone", help_heading = LISTS)]
    pub(super) resolver: Option<DnsServer>,
    /// Whom to trust at https://: certificates (PEM) in place of the usual authorities
    #[arg(long, value_name = "FILE", requires = "resolver", help_heading = LISTS)]
    pub(super) resolver_ca: Option<PathBuf>,
    /// The most questions to the resolver at one time; further ones wait for their turn
    #[arg(long, value_name = "N", default_value = "256", help_heading = LISTS,
        value_parser = clap::value_parser!(u16).range(1..=QUESTIONS_MAX))]
    pub(super) max_questions: u16,
    /// Answers from a file (YAML) in place of a resolver: zones, and the clients listed in them, as under `dns` in a
    /// scenario; without it and --config, the zones that go with the built-in configuration
    #[arg(long, value_name = "FILE", help_heading = LISTS)]
    pub(super) zone: Option<PathBuf>,

    /// What each line of output looks like
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "plain", help_heading = OPERATION)]
    pub(super) log_format: LogFormat,
    /// Answer HTTP here: /metrics for Prometheus, /healthz and /readyz for probes
    #[arg(long, value_name = "ADDR", value_parser = address, help_heading = OPERATION)]
    pub(super) metrics: Option<SocketAddr>,
    /// How long clients may go on after SIGTERM or Ctrl-C; a second one ends it at once
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = span_or_none, help_heading = OPERATION)]
    pub(super) drain_timeout: Duration,
}

const CLIENTS: &str = "Clients";
const MAIL: &str = "Mail server";
const SCREENING: &str = "Screening";
const LISTS: &str = "DNS lists";
const OPERATION: &str = "Operation";

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "expected an IP address with a port, such as 127.0.0.1:9125 or [::1]:9125".into())
}

/// A time with its unit, more than none.
fn span(text: &str) -> Result<Duration, String> {
    span_or_none(text)
        .and_then(|span| if span.is_zero() { Err("expected more than 0".to_owned()) } else { Ok(span) })
}

fn span_or_none(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number with a unit, at most 1h, such as 5s or 500ms".to_owned();
    humantime::parse_duration(text).ok().filter(|span| *span <= SPAN_MAX).ok_or_else(expected)
}

/// Every client on loopback, and short waits.
pub(super) const BUILT_IN_POLICY: &str = include_str!("policy.json");
const BUILT_IN_ZONES: &str = include_str!("zone.yaml");

/// The module's configuration, and what to call it in a diagnostic.
pub(super) struct PolicyText {
    pub name: String,
    pub text: String,
}

pub(super) fn policy(file: Option<&Path>) -> miette::Result<PolicyText> {
    match file {
        Some(file) => {
            let (name, text) = (file.display().to_string(), io::read(file)?);
            not_empty(&text).map_err(|why| miette!("{name}: {why}"))?;
            Ok(PolicyText { name, text })
        }
        None => Ok(PolicyText { name: "built-in configuration".into(), text: BUILT_IN_POLICY.into() }),
    }
}

/// A file with nothing in it is one that somebody is about to write, or that a full disk has cut short. The module
/// would take it for its defaults, and forget whom it must let through.
pub(super) fn not_empty(policy: &str) -> Result<(), &'static str> {
    if policy.trim().is_empty() {
        return Err("the file is empty: expected a JSON object; {} stands for every default");
    }
    Ok(())
}

/// The zones in the file, or else those for trying things out.
pub(super) fn zones(file: Option<&Path>) -> miette::Result<Zones> {
    file.map_or_else(|| io::parse_zones("built-in zones", BUILT_IN_ZONES), io::zones)
}

/// The names that a configuration gives the resolver and the speaker, where it gives any.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClusterNames {
    pub resolver: Option<String>,
    pub speaker: Option<String>,
}

pub(super) fn names(policy: &str) -> ClusterNames {
    // What cannot be read here is refused by the module, which says why.
    let json: serde_json::Value = serde_json::from_str(policy).unwrap_or_default();
    let name = |pointer: &str| json.pointer(pointer).and_then(|name| name.as_str()).map(str::to_owned);
    ClusterNames { resolver: name("/resolver/cluster"), speaker: name("/lane/speaker_cluster") }
}

/// The inline lane. A configuration may give the resolver and the speaker names of its own, as an Envoy's clusters
/// would have them; here they are the same two things under any name.
pub(super) fn settings(policy: &str, workers: NonZeroUsize, connect_timeout: Duration) -> Settings {
    let mut settings = Settings { workers, ..Settings::postscreen(policy) };
    settings.tcp_proxy.connect_timeout = connect_timeout;
    let names = names(policy);
    if let Some(resolver) = names.resolver {
        settings.http_clusters.insert(resolver, HttpCluster::Up);
    }
    if let Some(speaker) = names.speaker {
        settings.clusters.insert(speaker, Cluster::Speaker);
    }
    settings
}

#[cfg(test)]
mod tests;
