//! `host-sim serve`: the host on real sockets.
//!
//! - [`options`]: the command line, and from there to the host's settings;
//! - [`listen`], [`stream`], [`proxy_header`]: where clients come in, and who they are;
//! - [`limits`]: how many of them;
//! - [`server`]: carries effects out and hands in what happens;
//! - [`pipe`]: one socket, its reader and its writer;
//! - [`backend`]: the mail server, and one for those who have none;
//! - [`mod@resolver`]: who answers for DNS lists;
//! - [`reload`]: another configuration on the way;
//! - [`metrics`]: what is counted;
//! - [`print`]: the lines on standard output;
//! - [`stop`]: the signals.

mod backend;
mod limits;
mod listen;
mod metrics;
mod options;
mod pipe;
mod print;
mod proxy_header;
mod reload;
mod resolver;
mod server;
mod stop;
mod stream;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;

use dns_client::DnsServer;
use envoy_sim::{Host, Module, Settings};
use miette::{IntoDiagnostic, Result, WrapErr, ensure};
use tokio::net::TcpListener;
use tokio::task::{LocalSet, spawn_local};

use crate::{io, refusal};
use listen::{ListenAddress, Listener};
use metrics::Meters;
pub use options::ServeArgs;
use print::{Event, LogPrinter};
use reload::PolicyWatch;
use resolver::ListResolver;
use server::{Clock, Server, ServerOptions};
use stop::{Hangup, Stop};

/// Said at the start when the mail server is not told who its clients are.
const BLIND_MAIL_SERVER: &str = "warning: without --proxy-protocol-out the mail server takes every client for this \
     host, and if it trusts this host it is an open relay for all who pass";

/// Listens until it is told to stop.
pub fn main(args: &ServeArgs) -> ExitCode {
    if args.print_config {
        return io::print(options::BUILT_IN_POLICY);
    }
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            io::complain(&format!("{report:?}"));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &ServeArgs) -> Result<()> {
    for place in &args.listen {
        ensure!(
            args.proxy_protocol_in || matches!(place, ListenAddress::Tcp(_)),
            "--listen {place}: clients of a Unix socket have no address; expected --proxy-protocol-in with it, and a \
             proxy in front that names them"
        );
    }
    let clock = Clock::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().into_diagnostic()?;
    let hangup = {
        let _inside = runtime.enter();
        // Before the module is compiled, which takes its time: a service manager may ask for a reload at any moment.
        Hangup::listen().into_diagnostic()?
    };
    let (host, watch) = host(args, &clock)?;
    let resolver = resolver(args)?;
    LocalSet::new().block_on(&runtime, serve(args, host, clock, (watch, hangup), resolver))
}

/// The host with its module, and the watch on its configuration.
fn host(args: &ServeArgs, clock: &Clock) -> Result<(Host, PolicyWatch)> {
    // Looked at before it is read: what is written meanwhile is noticed.
    let watch = PolicyWatch::new(args.config.as_deref());
    let policy = options::policy(args.config.as_deref())?;
    let limits = args.host.limits();
    let load = if limits.fuel.is_some() { Module::metered_from_file } else { Module::from_file };
    let module = load(&args.module).into_diagnostic()?;
    // The host is more patient than the dial, which knows why it failed.
    let settings = options::settings(&policy.text, args.workers, args.connect_timeout * 2);
    let failure_policy = args.host.failure_policy();
    let settings = Settings { profile: args.host.profile, limits, failure_policy, ..settings };
    let host = Host::start(&module, settings, clock.now())
        .map_err(|error| refusal::report(&error, &policy.name, &policy.text))?;
    Ok((host, watch.of(&policy.text)))
}

/// Opens what is to be open, says so, and serves.
async fn serve(
    args: &ServeArgs,
    host: Host,
    clock: Clock,
    (watch, hangup): (PolicyWatch, Hangup),
    (resolver, resolver_name): (ListResolver, String),
) -> Result<()> {
    let stop = Stop::listen().into_diagnostic()?;
    let listeners: Vec<_> = args.listen.iter().map(bind).collect::<Result<_>>()?;
    let scrapes = args.metrics.map(bind_metrics).transpose()?;
    let (backend, files_per_client) = match &args.backend {
        Some(backend) => (backend.clone(), limits::FILES_PER_CLIENT),
        None => (backend::start_embedded().into_diagnostic()?.into(), limits::FILES_PER_CLIENT_EMBEDDED),
    };
    let (wanted, files_max) = (args.max_connections.get(), limits::raise_files_max());
    let files_taken = limits::FILES_RESERVED + u64::from(args.max_questions);
    let clients_max = limits::clients_max(wanted, files_max, files_taken, files_per_client);
    let meters = Meters::new().into_diagnostic()?;
    let printer = LogPrinter::to_stdout(args.log_format, meters.log_lines_lost.clone()).into_diagnostic()?;
    for listener in &listeners {
        let place = listener.place().into_diagnostic()?;
        printer.listening(clock.now().wall, &place.to_string());
    }
    let options = ServerOptions {
        backend,
        connect_timeout: args.connect_timeout,
        resolver,
        resolver_name: resolver_name.clone(),
        proxy_header_in: args.proxy_protocol_in.then_some(args.proxy_protocol_timeout),
        proxy_header_out: args.proxy_protocol_out,
        clients_max,
        drain_max: args.drain_timeout,
    };
    let server = Server::new(host, clock, options, printer, meters);
    server.notice(Event::Start, None, &format!("DNS lists are asked at {resolver_name}"));
    if clients_max < wanted {
        server.notice(Event::Limit, None, &few_files(clients_max, wanted, files_max));
    }
    if args.backend.is_some() && args.proxy_protocol_out.is_none() {
        server.notice(Event::Backend, None, BLIND_MAIL_SERVER);
    }
    if let Some(scrapes) = scrapes {
        let address = scrapes.local_addr().into_diagnostic()?;
        server.notice(Event::Start, None, &format!("metrics are at http://{address}/metrics"));
        spawn_local(metrics::serve(Rc::clone(&server), scrapes));
    }
    spawn_local(watch.run(Rc::clone(&server), hangup));
    Rc::clone(&server).serve(listeners, stop).await;
    ensure!(!server.unread(), "stopped, because nobody reads the log on standard output any more");
    Ok(())
}

fn few_files(clients: usize, wanted: usize, files: Option<u64>) -> String {
    let files = files.map_or("unlimited".to_owned(), |files| files.to_string());
    format!(
        "at most {clients} clients at one time in place of {wanted} (--max-connections): this process may open no more \
         than {files} files (ulimit -Hn, LimitNOFILE= of systemd)"
    )
}

/// Who answers for DNS lists, and what the log calls it.
fn resolver(args: &ServeArgs) -> Result<(ListResolver, String)> {
    let target = match (&args.zone, &args.resolver, &args.config) {
        (None, Some(target), _) => target.clone(),
        (None, None, Some(_)) => DnsServer::of_the_system(),
        (zone, _, _) => {
            let zones = options::zones(zone.as_deref())?;
            let name = zone.as_ref().map_or("built-in zones".into(), |file| file.display().to_string());
            return Ok((ListResolver::Zones(zones), name));
        }
    };
    let resolver = ListResolver::to(&target, args.resolver_ca.as_deref(), args.max_questions.into())?;
    Ok((resolver, target.to_string()))
}

fn bind(place: &ListenAddress) -> Result<Listener> {
    Listener::bind(place).into_diagnostic().wrap_err_with(|| format!("cannot listen on {place}"))
}

fn bind_metrics(address: SocketAddr) -> Result<TcpListener> {
    listen::tcp(address).into_diagnostic().wrap_err_with(|| format!("--metrics: cannot listen on {address}"))
}
