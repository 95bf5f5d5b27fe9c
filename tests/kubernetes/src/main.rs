//! `kubernetes-suite`: what deploy/kubernetes renders to is what Kubernetes takes, and its pods do what they are for.
//!
//! Run by `cargo xtask test kubernetes`. No cluster is there: the suite is the kubelet. Programs are real (kustomize,
//! crun, Envoy, unbound, Postfix), and the manifests are taken literally.
//!
//! - [`rendering`]: the tests that need no pod, with [`render`] (kustomize), [`schemas`] (kubernetes-validate) and
//!   [`duplicates`] (what stands in two files);
//! - [`manifest`]: what is played of a manifest, and by name what is not;
//! - [`kubelet`]: volumes, containers, probes, the end of a pod;
//! - [`world`]: the node's network, and DNS from the root on;
//! - [`mail_server`]: a Postfix that is not ours; [`client`]: who comes;
//! - [`scenes`]: the pods, and what each of them has to show;
//! - [`cli`]: the command line; [`report`]: what is printed; [`process`]: programs that run to their end.

mod cli;
mod client;
mod duplicates;
mod kubelet;
mod mail_server;
mod manifest;
mod process;
mod render;
mod rendering;
mod report;
mod scenes;
mod schemas;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(&cli::Options::parse()).unwrap_or_else(|error| {
        eprintln!("kubernetes-suite: {error:#}");
        ExitCode::FAILURE
    })
}
