//! The command line.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use parity_suite::namespace::{self, NamespaceSide};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::checks::{self, CheckCounts};
use crate::client::Route;
use crate::etc::PostfixSetup;
use crate::machine::{MailHost, MailHostSetup};
use crate::screen::{ProxyProtocolOut, ScreenProgram, ShippedScreen};
use crate::shipped;

const ABOUT: &str = "Puts Debian's stock Postfix behind every screen that we ship, and tries to relay through it as a
stranger.

`cargo xtask test relay` runs it after it has installed Debian's postfix, iproute2 and unbound, and Envoy. By hand, as
root, from the project's folder:

  cargo run -p relay-suite                               all of deploy/envoy, and host-sim serve
  cargo run -p relay-suite -- --configuration FILE       another configuration for Envoy, and nothing else
  cargo run -p relay-suite -- --configuration FILE --plain-postfix
                                                         the same before a Postfix without the README's option
  cargo run -p relay-suite -- host NAME COMMAND …        a host of the component, such as those in examples/hosts

Postfix has the package's own configuration and the README's lines. Everything happens in namespaces of its own, with a
folder /etc of its own: nothing outside can be reached or is changed, and no process is left behind.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "relay-suite", about = "Behind our screens Postfix relays for no stranger", long_about = ABOUT)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    command: Option<HostCommand>,
    #[command(flatten)]
    chosen: ChosenScreens,
}

#[derive(Debug, Subcommand)]
enum HostCommand {
    /// A host of the component, to which the suite adds the policy, and the addresses to listen on, of Postfix and of
    /// the resolver
    Host {
        /// What it is called in the output
        name: String,
        /// The program and its first arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct ChosenScreens {
    /// A configuration for Envoy in place of those in deploy/envoy, and of host-sim serve; may be given several times
    #[arg(long, value_name = "FILE")]
    configuration: Vec<PathBuf>,
    /// Leave Postfix without the option that the README asks for, as somebody does who has not read it
    #[arg(long)]
    plain_postfix: bool,
    /// An Envoy program; may be given several times, for several versions
    #[arg(long, value_name = "FILE", default_value = "target/envoy/1.40.0/bin/envoy")]
    envoy: Vec<PathBuf>,
    /// The module, which configurations find at /etc/envoy/postscreen.wasm
    #[arg(long, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
    /// host-sim [default: the one beside this program]
    #[arg(long, value_name = "FILE")]
    host_sim: Option<PathBuf>,
}

/// Does what the user asks for.
pub fn run(options: &Options) -> Result<ExitCode> {
    let screens = screens(options)?;
    if namespace::side() == NamespaceSide::Outside {
        return namespace::run_inside();
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            result = test(&options.chosen, &screens) => result,
            ended = namespace::outside_has_ended() => ended.map(|()| ExitCode::FAILURE),
        }
    })
}

fn screens(options: &Options) -> Result<Vec<ShippedScreen>> {
    let chosen = &options.chosen;
    if let Some(HostCommand::Host { name, command }) = &options.command {
        let program = ScreenProgram::Host(command.clone());
        return Ok(vec![ShippedScreen { name: name.clone(), program, route: Route::Direct }]);
    }
    let only = !chosen.configuration.is_empty();
    let configurations = if only { chosen.configuration.clone() } else { shipped::all()? };
    let mut screens = Vec::new();
    for configuration in configurations {
        for envoy in &chosen.envoy {
            screens.push(shipped::screen(&configuration, envoy)?);
        }
    }
    if !only {
        let host_sim = host_sim(chosen)?;
        let serve = |name: &str, backend| ShippedScreen {
            name: name.to_owned(),
            program: ScreenProgram::Serve {
                host_sim: host_sim.clone(),
                module: chosen.module.clone(),
                backend,
            },
            route: Route::Direct,
        };
        screens.push(serve("host-sim serve --proxy-protocol-out v1", ProxyProtocolOut::Told("v1")));
        screens.push(serve("host-sim serve --proxy-protocol-out v2", ProxyProtocolOut::Told("v2")));
        screens.push(serve("host-sim serve", ProxyProtocolOut::Blind));
    }
    Ok(screens)
}

fn host_sim(chosen: &ChosenScreens) -> Result<PathBuf> {
    let beside = || -> Result<PathBuf> { Ok(env::current_exe()?.with_file_name("host-sim")) };
    chosen.host_sim.clone().map_or_else(beside, Ok)
}

async fn test(chosen: &ChosenScreens, screens: &[ShippedScreen]) -> Result<ExitCode> {
    let mail_server = if chosen.plain_postfix { PostfixSetup::Plain } else { PostfixSetup::AsTheReadmeSays };
    let machine = MailHost::start(&MailHostSetup::with_strangers(mail_server, &chosen.module)).await?;
    let host_sim = host_sim(chosen)?;
    let mut report = CheckCounts::default();
    for screen in screens {
        checks::run(&machine, screen, &host_sim, &mut report).await;
    }
    machine.stop()?;
    println!("{} passed, {} failed", report.passed, report.failed);
    Ok(if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
