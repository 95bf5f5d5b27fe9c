//! One unbound for both sides: over HTTPS for Envoy, over UDP for dnsblog. The lists have their test entries, and the
//! clients of two networks.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use envoy_suite::dns;
use envoy_suite::fixture::ServerProcess;
use envoy_suite::http;

use crate::peer::{MeasuredServer, Postfix};

const UNBOUND: &str = "/usr/sbin/unbound";
const DOH_PORT: u16 = 8053;
/// Whom bl0 and bl1 have.
pub(crate) const BLOCKED: Ipv4Addr = Ipv4Addr::new(10, 100, 0, 0);
/// Whom wl has.
pub(crate) const ALLOWLISTED: Ipv4Addr = Ipv4Addr::new(10, 101, 0, 0);
/// Whom nobody has.
pub(crate) const UNLISTED: Ipv4Addr = Ipv4Addr::new(10, 102, 0, 0);

/// The domain of all lists.
const DOMAIN: &str = "scenario";

/// A running unbound; it stops when dropped.
#[derive(Debug)]
pub(crate) struct Unbound {
    server: ServerProcess,
    doh: SocketAddr,
}

// === impl Unbound ===

impl Unbound {
    pub(crate) async fn start(address: Ipv4Addr, directory: &Path) -> Result<Self> {
        let doh = SocketAddr::from((address, DOH_PORT));
        let configuration = directory.join("unbound.conf");
        fs::write(&configuration, unbound_conf(doh, directory))?;
        let arguments = ["-d".to_owned(), "-c".to_owned(), configuration.display().to_string()];
        let log = directory.join("unbound.log");
        let hint = "Debian has it: apt-get install unbound";
        let mut server = ServerProcess::start("unbound", Path::new(UNBOUND), arguments, log, hint)?;
        let question = format!("1.2.0.192.ready.{}", Postfix::LISTS);
        server.until_ready(async || http::ask(doh, dns::question(&question)).await.is_ok()).await?;
        Ok(Self { server, doh })
    }

    pub(crate) fn doh(&self) -> SocketAddr {
        self.doh
    }
}

impl MeasuredServer for Unbound {
    fn cpu(&self) -> Result<Duration> {
        Ok(self.server.usage()?.cpu)
    }
}

/// It answers from its own zone and asks nobody. `wait-limit`: all of Envoy's clients are one asker.
fn unbound_conf(doh: SocketAddr, directory: &Path) -> String {
    let (address, port, directory) = (doh.ip(), doh.port(), directory.display());
    let listings = listings();
    format!(
        r#"server:
    directory: "{directory}"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    logfile: ""
    do-daemonize: no
    interface: {address}@{port}
    interface: 127.0.0.1@53
    https-port: {port}
    http-notls-downstream: yes
    http-max-streams: 100
    access-control: 10.0.0.0/8 allow
    incoming-num-tcp: 200
    num-queries-per-thread: 16384
    wait-limit: 0
    discard-timeout: 0
    do-ip6: no
    module-config: "iterator"
    local-zone: "{DOMAIN}." static
    local-data: "{DOMAIN}. 3600 IN SOA ns.invalid. hostmaster.invalid. 1 600 300 86400 3600"
{listings}remote-control:
    control-enable: no
"#
    )
}

/// What the lists have.
fn listings() -> String {
    let lists = (0..10).map(|number| format!("bl{number}")).chain(["wl".to_owned()]);
    let tested = lists.map(|list| {
        format!("    local-data: \"2.0.0.127.{list}.test.{below} 300 A 127.0.0.2\"\n", below = Postfix::LISTS)
    });
    let network = |list: &str, network: Ipv4Addr| {
        let [a, b, ..] = network.octets();
        let name = format!("{b}.{a}.{list}.test.{}", Postfix::LISTS);
        format!("    local-zone: \"{name}\" redirect\n    local-data: \"{name} 300 A 127.0.0.2\"\n")
    };
    let listed = [network("bl0", BLOCKED), network("bl1", BLOCKED), network("wl", ALLOWLISTED)];
    tested.chain(listed).collect()
}
