//! The tree: where things are, and the programs that tasks run.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::run;

/// The work tree that the task works on.
#[derive(Clone, Debug)]
pub struct Repo {
    root: PathBuf,
}

impl Repo {
    /// Finds the tree: cargo names this crate's folder when it starts the task runner.
    pub fn locate() -> Result<Self> {
        let xtask = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = xtask.parent().context("xtask is not inside the work tree")?.to_owned();
        ensure!(
            root.join("Cargo.lock").is_file(),
            "{} is not the work tree: it has no Cargo.lock",
            root.display()
        );
        Ok(Self { root })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside the tree.
    pub fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    /// The finished plugin. Every suite reads it here.
    pub fn module(&self) -> PathBuf {
        self.path("target/wasm/postscreen.wasm")
    }

    /// The finished component.
    pub fn component(&self) -> PathBuf {
        self.path("target/wasm/postscreen.component.wasm")
    }

    /// The cargo that started us, in the root of the tree.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root);
        // Set for this program by `cargo run`. Build scripts that watch them would otherwise rerun with every task.
        for (name, _) in env::vars_os() {
            if name
                .to_str()
                .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST"))
            {
                cargo.env_remove(name);
            }
        }
        cargo
    }

    /// Flags for rustc. Panic messages carry file names: without these flags, what is shipped would differ from machine
    /// to machine and tell where it was built.
    pub fn remapped_paths(&self) -> Vec<OsString> {
        let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo_home = cargo_home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
        let registry = cargo_home.map(|home| (home.join("registry/src"), "registry"));
        let tree = (self.root.clone(), "postscreen");
        let sources = (PathBuf::from("/usr/lib/rustlib/src/rust"), "rust");
        [registry, Some(tree), Some(sources)]
            .into_iter()
            .flatten()
            .map(|(from, to)| {
                let mut flag = OsString::from("--remap-path-prefix=");
                flag.push(from);
                flag.push("=");
                flag.push(to);
                flag
            })
            .collect()
    }

    /// Builds all programs, with the features that `cargo test` builds them with.
    pub fn build_programs(&self) -> Result<()> {
        run(self.cargo().args(["build", "--all-targets"]))
    }

    /// Builds one of them and what it needs, nothing else; what [`Self::build_programs`] needs of it later is not
    /// compiled again.
    ///
    /// That is so because no package is named: features are those of all default members, and tests/features sees to it
    /// that tests do not ask for others. With `--package` the program would get a set of features of its own in the
    /// crates that it shares with others, and the Wasm runtime alone takes minutes every time that it is compiled anew.
    pub fn build_program(&self, name: &str) -> Result<()> {
        run(self.cargo().args(["build", "--bin", name]))
    }

    /// A program that [`Self::build_programs`] has built, ready to run.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.program_path(name));
        command.current_dir(&self.root);
        command
    }

    /// Where it is.
    pub fn program_path(&self, name: &str) -> PathBuf {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), PathBuf::from);
        target.join("debug").join(name)
    }
}
