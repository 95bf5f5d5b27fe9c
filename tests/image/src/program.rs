//! host-sim from its image, in a container.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::json;

use crate::container::{PodContainer, RunningContainer};
use crate::mail::{MAIL_SERVER, NAME_SERVER, check_greeted, visit};
use crate::{ImageCheck, ImageScene};

/// All of them.
pub const CHECKS: [ImageCheck; 4] = [
    ("skopeo reads what the image of host-sim runs, as whom, on which ports", described),
    ("without arguments the container says what it can do", helps),
    ("it screens clients on a read-only root as nobody, and knows the mail server from /etc/hosts", hosts),
    ("it knows the mail server from DNS, too", dns),
];

/// Where docs/sidecar.md has it listen.
const SCREEN: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 2525);
const METRICS: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 9125);
/// The user that the image names.
const USER: &str = "65532";
/// Nobody is spared the wait, which is short.
const POLICY: &str = r#"{"access_list": [], "greet_action": "drop", "greet_wait": "1s"}"#;

/// From the start to readiness: an unoptimised build compiles the module.
const READY_MAX: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(100);

fn described(scene: &ImageScene) -> Result<()> {
    let configuration = scene.host_sim.configuration()?;
    let config = &configuration["config"];
    ensure!(config["Entrypoint"] == json!(["/host-sim"]), "{config}");
    ensure!(config["User"] == format!("{USER}:{USER}"), "{config}");
    ensure!(config["ExposedPorts"] == json!({"2525/tcp": {}, "9125/tcp": {}}), "{config}");
    ensure!(config["Labels"]["org.opencontainers.image.version"] == env!("CARGO_PKG_VERSION"), "{config}");
    // The module is stored once for both images.
    let module = &scene.image.manifest()?["layers"][0];
    let layers = &scene.host_sim.manifest()?["layers"];
    ensure!(layers.as_array().is_some_and(|layers| layers.last() == Some(module)), "{layers}");
    Ok(())
}

fn helps(scene: &ImageScene) -> Result<()> {
    let (status, said) = scene.bundle.run(&PodContainer { args: None, mounts: &[] })?.end()?;
    ensure!(status.success() && said.contains("Usage: host-sim"), "{status}: {said}");
    let args = ["serve", "--help"];
    let (status, said) = scene.bundle.run(&PodContainer { args: Some(&args), mounts: &[] })?.end()?;
    ensure!(status.success() && said.contains("--proxy-protocol-out"), "{status}: {said}");
    Ok(())
}

fn hosts(scene: &ImageScene) -> Result<()> {
    screen(scene, "mail.hosts.test", &format!("{} mail.hosts.test\n", MAIL_SERVER.0))
}

fn dns(scene: &ImageScene) -> Result<()> {
    screen(scene, "mail.dns.test", "")
}

/// The mail server has this name, and the file for hosts this text.
fn screen(scene: &ImageScene, mail_server: &str, hosts: &str) -> Result<()> {
    let folder = scene.scratch.path().join(mail_server);
    let file = |name| folder.join(name);
    fs::create_dir_all(file("screen"))?;
    fs::write(file("hosts"), hosts)?;
    fs::write(file("resolv.conf"), format!("nameserver {NAME_SERVER}\n"))?;
    fs::write(file("screen/policy.json"), POLICY)?;
    let backend = format!("--backend={mail_server}:{}", MAIL_SERVER.1);
    let args = [
        "serve",
        "--module=/postscreen.wasm",
        "--config=/etc/screen/policy.json",
        "--listen=127.0.0.1:2525",
        &backend,
        "--proxy-protocol-out=v2",
        "--metrics=127.0.0.1:9125",
        "--log-format=json",
        "--drain-timeout=1s",
    ];
    let mounts = [
        (&*file("hosts"), "/etc/hosts"),
        (&*file("resolv.conf"), "/etc/resolv.conf"),
        (&*file("screen"), "/etc/screen"),
    ];
    let mut container = scene.bundle.run(&PodContainer { args: Some(&args), mounts: &mounts })?;
    wait_until_ready(&mut container)?;
    check_confined(container.pid()?)?;
    let seen = check_clients();
    let (status, log) = container.terminate()?;
    seen.map_err(|error| anyhow!("{error:#}\n{log}"))?;
    ensure!(status.success(), "ends with {status}\n{log}");
    Ok(())
}

fn check_clients() -> Result<()> {
    let refused = visit(SCREEN, true)?;
    ensure!(refused.starts_with("521 "), "a client that talks early is told {refused:?}");
    check_greeted(&visit(SCREEN, false)?)?;
    let (metrics, version) = (get("/metrics")?, env!("CARGO_PKG_VERSION"));
    ensure!(metrics.contains(&format!("\nhost_sim_build_info{{version=\"{version}\"}} 1\n")), "{metrics}");
    Ok(())
}

fn wait_until_ready(container: &mut RunningContainer) -> Result<()> {
    let deadline = Instant::now() + READY_MAX;
    while !get("/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 ")) {
        container.check_alive()?;
        ensure!(Instant::now() < deadline, "not ready after {READY_MAX:?}\n{}", container.log()?);
        thread::sleep(POLL);
    }
    Ok(())
}

/// Nobody, without a right that root has, on a root that it cannot write to.
fn check_confined(pid: u64) -> Result<()> {
    let process = format!("/proc/{pid}");
    let status = fs::read_to_string(format!("{process}/status"))?;
    for (field, value) in
        [("Uid:", USER), ("Gid:", USER), ("CapEff:", "0000000000000000"), ("NoNewPrivs:", "1")]
    {
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
        ensure!(line.split_whitespace().all(|word| word == value), "{field}{line}");
    }
    // Of a mount the fifth field is where it is seen, and the sixth its options.
    let mounts = fs::read_to_string(format!("{process}/mountinfo"))?;
    let fields = |line: &str| line.split(' ').skip(4).take(2).map(str::to_owned).collect::<Vec<_>>();
    let root = mounts.lines().map(fields).find(|fields| fields[0] == "/").context("it has no root")?;
    ensure!(root[1].split(',').any(|option| option == "ro"), "its root is {}", root[1]);
    Ok(())
}

/// What the address for metrics answers.
fn get(path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(METRICS)?;
    stream.write_all(
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
