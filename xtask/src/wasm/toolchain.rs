//! Which compiler builds the module: the installed toolchain if it has the target, otherwise Debian's.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::install;
use crate::process::capture;
use crate::repo::Repo;

/// What a shell is compiled for.
#[derive(Clone, Copy, Debug)]
pub enum WasmTarget {
    /// A clock and a standard library that Envoy can satisfy.
    Wasip1,
    /// No imports at all.
    Unknown,
}

impl WasmTarget {
    /// The compiler's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wasip1 => "wasm32-wasip1",
            Self::Unknown => "wasm32-unknown-unknown",
        }
    }

    /// A compiler of Debian's with the standard library's source of the same version, and the C library below it.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Wasip1 => &["rustc-web", "rust-web-src", "wasi-libc"],
            Self::Unknown => &["rustc-web", "rust-web-src"],
        }
    }
}

impl fmt::Display for WasmTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Debian's compiler. Not the one on the PATH, which is rustup's.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// Where wasi-libc puts libc.a and its startup files.
const WASI_LIBC: &str = "/usr/lib/wasm32-wasi";

/// How the module is compiled.
#[derive(Debug)]
pub enum Toolchain {
    /// The installed toolchain has the target.
    Installed { version: String },
    /// Debian's compiler, which builds the standard library as well; the installed toolchain lends its linker.
    Debian { version: String, linker: PathBuf },
}

impl Toolchain {
    /// Chooses, and installs Debian's packages when it must.
    pub fn find(repo: &Repo, target: WasmTarget) -> Result<Self> {
        let library = capture(rustc(repo).args(["--print", "target-libdir", "--target", target.name()]))?;
        if Path::new(&library).is_dir() {
            return Ok(Self::Installed { version: capture(rustc(repo).arg("--version"))? });
        }
        println!(
            "    the installed toolchain has no {target} (rustup target add {target} would give it one)"
        );
        install::debian(target.packages(), "building for Wasm without it")?;
        let linker = linker(repo)?;
        let version = capture(Command::new(DEBIAN_RUSTC).arg("--version"))
            .with_context(|| format!("Debian's rustc-web should have brought {DEBIAN_RUSTC}"))?;
        Ok(Self::Debian { version, linker })
    }

    /// Sets up a `cargo build` for it.
    pub fn apply(&self, cargo: &mut Command, repo: &Repo, target: WasmTarget) {
        let setting =
            |name| format!("CARGO_TARGET_{}_{name}", target.name().to_uppercase().replace('-', "_"));
        let mut flags = repo.remapped_paths();
        if let Self::Debian { linker, .. } = self {
            cargo.arg("-Zbuild-std=std,panic_abort");
            // Not the default ones: there is no stack to walk for a backtrace, and what would walk it takes as long to
            // compile as the module itself.
            cargo.arg("-Zbuild-std-features=");
            cargo.env("RUSTC", DEBIAN_RUSTC);
            // A released compiler takes -Z only with this.
            cargo.env("RUSTC_BOOTSTRAP", "1");
            cargo.env(setting("LINKER"), linker);
            if matches!(target, WasmTarget::Wasip1) {
                flags.extend(["-L".into(), WASI_LIBC.into()]);
            }
        }
        // Either of these would replace ours.
        cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo.env(setting("RUSTFLAGS"), flags.join(OsString::from(" ").as_os_str()));
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installed { version } => write!(f, "{version}"),
            Self::Debian { version, .. } => {
                write!(f, "{version}, Debian's, with the standard library from source")
            }
        }
    }
}

fn rustc(repo: &Repo) -> Command {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(repo.root());
    rustc
}

/// The linker for Wasm inside the installed toolchain: Debian's compiler has none.
fn linker(repo: &Repo) -> Result<PathBuf> {
    let sysroot = capture(rustc(repo).args(["--print", "sysroot"]))?;
    let host = capture(rustc(repo).args(["--print", "host-tuple"]))?;
    let linker = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin/rust-lld");
    ensure!(linker.is_file(), "no linker for Wasm at {}: is Rust installed with rustup?", linker.display());
    Ok(linker)
}
