//! A probe in host-sim, in virtual time.

mod grpc;
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use envoy_sim::{
    Cluster, FailurePolicy, Host, HttpCluster, LogLevel, LogLine, Module, Node, Now, Profile, Settings,
    StartError, TcpProxy, VmId,
};

use crate::coverage::ProbeCalls;
use crate::probe::{self, ProbePlay, ProbeStep};
use crate::shown::{Shown, by_host, line};
use world::SimulatedWorld;

/// After each step so long nothing must happen before the next.
const QUIET: Duration = Duration::from_millis(100);
/// The most moments that one step may have.
const MOMENTS_MAX: usize = 100_000;

/// Plays `probe` with its module's bytes.
pub(crate) fn play(probe: &ProbePlay, module: &[u8], profile: Profile) -> Result<(Shown, ProbeCalls)> {
    let now = Now::start(Duration::ZERO);
    let Ok(module) = Module::from_bytes(probe.name, module) else {
        return Ok((Shown { refused: true, ..Shown::default() }, ProbeCalls::default()));
    };
    let calls = Rc::new(RefCell::new(ProbeCalls::default()));
    let seen = match Host::start_observed(&module, settings(probe, profile)?, now, calls.clone()) {
        Ok(host) => {
            let mut world = SimulatedWorld::new(host, profile, now, probe.setup.backend);
            world.rest(QUIET, MOMENTS_MAX)?;
            for step in &probe.script {
                world.step(step);
                if let ProbeStep::Wait(time) = step {
                    world.pass(*time, MOMENTS_MAX)?;
                }
                world.rest(QUIET, MOMENTS_MAX)?;
            }
            world.finish(probe.setup.workers as usize)
        }
        Err(error) => refused(&error),
    };
    Ok((seen, calls.take()))
}

fn settings(probe: &ProbePlay, profile: Profile) -> Result<Settings> {
    let setup = &probe.setup;
    let mut settings = Settings::postscreen("0123456789");
    settings.profile = profile;
    settings.failure_policy = match setup.policy {
        probe::FailurePolicy::Closed => FailurePolicy::FailClosed,
        probe::FailurePolicy::Open => FailurePolicy::FailOpen,
        probe::FailurePolicy::Reload => FailurePolicy::FAIL_RELOAD,
    };
    settings.plugin_name = "probe".into();
    settings.root_id = "root".into();
    settings.vm_id = "vm".into();
    settings.vm_configuration = probe.guest().into();
    settings.allowed_capabilities = setup.allowed.iter().flatten().map(|name| (*name).to_owned()).collect();
    settings.environment.clone_from(&setup.environment);
    settings.node = Node { id: "node".into(), cluster: "cluster".into() };
    settings.workers =
        NonZeroUsize::new(setup.workers as usize).context("a probe has at least one worker")?;
    settings.tcp_proxy = TcpProxy {
        cluster: "backend".into(),
        max_early_data_bytes: setup.early_data.map(|bytes| bytes as usize),
        ..settings.tcp_proxy
    };
    settings.clusters =
        BTreeMap::from([("backend".into(), Cluster::Remote), ("other".into(), Cluster::Remote)]);
    settings.http_clusters = BTreeMap::from([
        ("http".into(), HttpCluster::Up),
        ("refused".into(), HttpCluster::Up),
        ("empty".into(), HttpCluster::Down),
    ]);
    Ok(settings)
}

fn refused(error: &StartError) -> Shown {
    let main = error.log().iter().filter_map(logged).collect();
    Shown { refused: true, main, ..Shown::default() }
}

/// A log line as it is compared. Of what the host has to say itself only little is compared.
fn logged(logged: &LogLine) -> Option<String> {
    if logged.by_host {
        return by_host(&logged.text);
    }
    let level = match logged.level {
        LogLevel::Trace => "trace",
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warning",
        LogLevel::Error => "error",
        LogLevel::Critical => "critical",
    };
    Some(line(level, &logged.text))
}

/// The worker's number; the canary and the main thread's machine have none.
fn worker(vm: VmId) -> Option<usize> {
    if let VmId::Worker(worker) = vm { Some(worker) } else { None }
}
