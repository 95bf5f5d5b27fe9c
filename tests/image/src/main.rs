//! `image-suite`: others take the images of `cargo xtask image` for what they are.
//!
//! Run by `cargo xtask test image`. Nothing here knows how the images are written: skopeo, umoci, tar and sha256sum
//! read them, and runc runs one as a kubelet would have it run, in namespaces of the suite's own.
//!
//! - [`stored`]: an image in its layout, as skopeo sees it;
//! - [`module`]: what Istio, Envoy Gateway and image volumes make of the module's image;
//! - [`program`]: host-sim from its image screens clients;
//! - [`container`]: an unpacked image, and runc;
//! - [`mail`]: the mail server behind it, and who knows its name.

mod container;
mod mail;
mod module;
mod program;
mod stored;
mod tool;

use std::fs;
use std::io::{Read as _, stdin};
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::thread;

use anyhow::{Context as _, Result};
use clap::Parser;
use parity_suite::namespace::{self, NamespaceSide};
use tempfile::TempDir;

use container::Bundle;
use stored::StoredImage;

/// skopeo, umoci and runc take the images for what they are
#[derive(Debug, Parser)]
struct Options {
    /// The module's image
    #[arg(long, value_name = "FOLDER")]
    image: PathBuf,
    /// The same image, written another time
    #[arg(long, value_name = "FOLDER")]
    again: PathBuf,
    /// The image of host-sim
    #[arg(long, value_name = "FOLDER")]
    host_sim: PathBuf,
    /// The module that both should hold
    #[arg(long, value_name = "FILE", default_value = "target/wasm/postscreen.wasm")]
    module: PathBuf,
}

/// What is looked at.
struct ImageScene {
    image: StoredImage,
    again: StoredImage,
    host_sim: StoredImage,
    module: Vec<u8>,
    /// The image of host-sim, unpacked.
    bundle: Bundle,
    /// For whatever a check writes.
    scratch: TempDir,
}

/// What must be so, in words, and how that is seen.
type ImageCheck = (&'static str, fn(&ImageScene) -> Result<()>);

fn main() -> ExitCode {
    run(&Options::parse()).unwrap_or_else(|error| {
        eprintln!("image-suite: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(options: &Options) -> Result<ExitCode> {
    if namespace::side() == NamespaceSide::Outside {
        return namespace::run_inside();
    }
    end_with_the_outside();
    let scene = ImageScene::set(options)?;
    let (mut passed, mut failed) = (0, 0);
    for (name, check) in module::CHECKS.iter().chain(&program::CHECKS) {
        match check(&scene) {
            Ok(()) => {
                passed += 1;
                println!("ok      {name}");
            }
            Err(error) => {
                failed += 1;
                println!("FAILED  {name}\n        {error:#}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The outer program never writes; the end of our input is its end.
fn end_with_the_outside() {
    thread::spawn(|| {
        let _ = stdin().read(&mut [0]);
        process::exit(1);
    });
}

impl ImageScene {
    fn set(options: &Options) -> Result<Self> {
        let scratch = tempfile::Builder::new().prefix("image-").tempdir()?;
        let addresses = scratch.path().join("addresses");
        fs::write(&addresses, "link set lo up\n")?;
        namespace::ip(&addresses)?;
        mail::serve_mail()?;
        mail::serve_names()?;
        let module = &options.module;
        let module = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
        let host_sim = StoredImage::at(&options.host_sim)?;
        let bundle = Bundle::unpack(&host_sim, &scratch.path().join("bundle"))?;
        let (image, again) = (StoredImage::at(&options.image)?, StoredImage::at(&options.again)?);
        Ok(Self { image, again, host_sim, module, bundle, scratch })
    }
}
