//! What stands before the mail server, on port 25.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use envoy_suite::fixture::ServerProcess;
use procfs::net::TcpState;

use crate::client::Route;
use crate::machine::{BLIND, MAIL_SERVER, MailHost, RESOLVER, SERVER};

/// What a screen prints, among the machine's files.
pub const SCREEN_LOG: &str = "screen.log";
/// Where screens listen whose address is an argument.
const LISTEN: &str = "0.0.0.0:25";
/// What they screen with. Configurations of Envoy have theirs inside.
const POLICY: &str = r#"{
  "greet_wait": "2s",
  "greet_action": "drop",
  "dnsbl_sites": ["zen.spamhaus.org=127.0.0.[2..11]*3"],
  "dnsbl_threshold": 3,
  "dnsbl_action": "drop",
  "record_enable": true
}"#;

/// One screen.
#[derive(Clone, Debug)]
pub struct ShippedScreen {
    /// As the output calls it.
    pub name: String,
    /// What runs.
    pub program: ScreenProgram,
    /// How clients reach it.
    pub route: Route,
}

/// What runs.
#[derive(Clone, Debug)]
pub enum ScreenProgram {
    /// Envoy, with a configuration as it is.
    Envoy {
        /// The program.
        envoy: PathBuf,
        /// The file.
        configuration: PathBuf,
    },
    /// `host-sim serve`.
    Serve {
        /// The program.
        host_sim: PathBuf,
        /// What it loads.
        module: PathBuf,
        /// How it reaches the mail server.
        backend: ProxyProtocolOut,
    },
    /// A host of the component: the program and its first arguments.
    Host(Vec<String>),
}

/// What `host-sim serve` tells the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocolOut {
    /// Who the client is, in a PROXY header of this version.
    Told(&'static str),
    /// Nothing, and that one reads no header: the control.
    Blind,
}

// === impl ShippedScreen ===

impl ShippedScreen {
    /// Whether the mail server is left blind on purpose.
    pub fn is_control(&self) -> bool {
        matches!(self.program, ScreenProgram::Serve { backend: ProxyProtocolOut::Blind, .. })
    }

    /// Whether what it prints has the records of its clients. The hosts of the component have the least that a host
    /// needs, and drop them.
    pub fn writes_records(&self) -> bool {
        !matches!(self.program, ScreenProgram::Host(_))
    }

    /// Starts it; it listens when this returns.
    pub async fn start(&self, machine: &MailHost) -> Result<ServerProcess> {
        let policy = machine.file("policy.json");
        fs::write(&policy, POLICY)?;
        let policy = policy.display().to_string();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let log = machine.file(SCREEN_LOG);
        let start = |name, program: &Path, arguments: Vec<String>| {
            ServerProcess::start(name, program, arguments, log.clone(), "`cargo xtask test relay` sees to it")
        };
        let mut server = match &self.program {
            ScreenProgram::Envoy { envoy, configuration } => {
                let configuration = configuration.display().to_string();
                start("Envoy", envoy, words(&["--disable-hot-restart", "--config-path", &configuration]))?
            }
            ScreenProgram::Serve { host_sim, module, backend } => {
                let module = module.display().to_string();
                let resolver = format!("udp://{RESOLVER}");
                let mut arguments = words(&["serve", "--listen", LISTEN, "--resolver", &resolver]);
                arguments.extend(words(&["--config", &policy, "--module", &module]));
                arguments.extend(match backend {
                    ProxyProtocolOut::Told(version) => {
                        words(&["--backend", MAIL_SERVER, "--proxy-protocol-out", version])
                    }
                    ProxyProtocolOut::Blind => words(&["--backend", BLIND]),
                });
                start("host-sim", host_sim, arguments)?
            }
            ScreenProgram::Host(command) => {
                let (program, arguments) = command.split_first().context("there is no program to start")?;
                let rest = words(&[&policy, LISTEN, MAIL_SERVER, RESOLVER]);
                start("the host", Path::new(program), [arguments, &rest].concat())?
            }
        };
        // Whoever connects to see whether it listens would be a client.
        server.until_ready(async || listens().unwrap_or_default()).await?;
        Ok(server)
    }
}

/// Whether anybody listens on port 25.
fn listens() -> Result<bool> {
    let sockets = procfs::net::tcp()?.into_iter().chain(procfs::net::tcp6()?);
    let mut listening = sockets.filter(|socket| socket.state == TcpState::Listen);
    Ok(listening.any(|socket| socket.local_address.port() == SERVER.port()))
}
