//! `host-sim serve`: the host on real sockets.
//!
//! - [`server`]: carries effects out and hands in what happens;
//! - [`pipe`]: one socket, its reader and its writer;
//! - [`mail_server`]: the backend for those who have none;
//! - [`config`]: from the command line to the host's settings;
//! - [`refusal`]: what is wrong with a configuration, pointed at;
//! - [`print`]: the lines on standard output;
//! - [`stop`]: the signals.

pub(crate) mod config;
mod mail_server;
mod pipe;
mod print;
pub(crate) mod refusal;
mod server;
mod stop;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::LocalSet;

use crate::cli::DEFAULT_MODULE;
use crate::{Host, Module};
use print::{LogFormat, Printer};
use server::{Clock, Server};
use stop::Stop;

/// `host-sim serve`
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one, the first line of output says which
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2525")]
    listen: SocketAddr,
    /// The module's configuration (JSON); without it a small one made for trying things out
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the configuration that is used without --config, and stop
    #[arg(long)]
    print_config: bool,
    /// The mail server for clients that pass; without it a small embedded one
    #[arg(long, value_name = "ADDR")]
    backend: Option<SocketAddr>,
    /// What the resolver knows (YAML): zones, and the clients listed in them, as under `dns` in a scenario;
    /// without it the zones that go with the built-in configuration
    #[arg(long, value_name = "FILE")]
    zone: Option<PathBuf>,
    /// How many workers, each with a virtual machine of its own; they take turns
    #[arg(long, value_name = "N", default_value = "1")]
    workers: NonZeroUsize,
    /// The most clients at one time; further ones are turned away without a word
    #[arg(long, value_name = "N", default_value = "10000")]
    max_connections: NonZeroUsize,
    /// What stands before the text of each line of output
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "plain")]
    log_format: LogFormat,
    /// The module
    #[arg(long, value_name = "PATH", default_value = DEFAULT_MODULE)]
    module: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  host-sim serve
      Listen on 127.0.0.1:2525 with everything built in. Be a client with `nc -s 127.0.0.9 127.0.0.1 2525`:
      the source address, any in 127.0.0.0/8, says who you are. `--print-config` shows who is who.
  host-sim serve --config policy.json --zone zone.yaml --backend 127.0.0.1:25
      Your own configuration, DNS answers from a file, in front of your own mail server.

zone.yaml:
  bl.example.test:               # clients and the A records that they are listed with
    127.0.0.30: 127.0.0.2
  slow.example.test: timeout     # no answer ever
  broken.example.test: servfail

Output, one line for each thing that happened:
  listening on 127.0.0.1:2525
  2026-11-22T21:00:00.123Z postscreen: CONNECT from [127.0.0.9]:4242 to [127.0.0.1]:2525
  2026-11-22T21:00:06.131Z access: client=127.0.0.9:4242 verdict=\"PASS NEW\" upstream=backend received=6 sent=40 \
duration=6.0s
With --log-format syslog, for fail2ban, pflogsumm and other readers of Postfix's log:
  2026-11-22T21:00:00.123Z localhost postfix/postscreen[99]: CONNECT from [127.0.0.9]:4242 to [127.0.0.1]:2525

Ctrl-C stops listening and lets those who are connected finish, for ten seconds at most; again: at once.";

/// Listens until it is told to stop.
pub fn main(args: &ServeArgs) -> ExitCode {
    if args.print_config {
        print!("{}", config::BUILT_IN_POLICY);
        return ExitCode::SUCCESS;
    }
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            eprintln!("{report:?}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &ServeArgs) -> Result<()> {
    let policy = config::policy(args.config.as_deref())?;
    let zones = config::zones(args.zone.as_deref())?;
    let module = Module::from_file(&args.module).into_diagnostic()?;
    let settings = config::settings(&policy.text, args.workers);
    let clock = Clock::start();
    let host = Host::start(&module, settings, clock.now())
        .map_err(|error| refusal::report(&error, &policy.name, &policy.text))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().into_diagnostic()?;
    LocalSet::new().block_on(&runtime, async {
        let listener = listen(args.listen)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot listen on {}", args.listen))?;
        let address = listener.local_addr().into_diagnostic()?;
        let backend = match args.backend {
            Some(backend) => backend,
            None => mail_server::start().into_diagnostic()?,
        };
        let stop = Stop::listen().into_diagnostic()?;
        let printer = Printer::to_stdout(args.log_format);
        printer.line(&format!("listening on {address}"));
        let server = Server::new(host, clock, zones, backend, printer, args.max_connections.get());
        server.serve(listener, stop).await;
        Ok(())
    })
}

/// Clients that have connected and not been accepted yet; Linux caps it at net.core.somaxconn. With the usual 128 some
/// of a burst of 800 had to wait for seconds, until their handshake was repeated.
const BACKLOG: u32 = 4096;

/// As `TcpListener::bind`, with room for a burst.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
