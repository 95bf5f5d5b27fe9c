//! `cargo xtask image`: what registries take, as OCI image layouts in target/image, without Docker.
//!
//! - [`contents`]: what is in each image, and what it says of itself;
//! - [`host_sim`]: the program and its libraries;
//! - [`layer`]: files as one layer;
//! - [`layout`]: layers as an image, in a folder.

mod contents;
mod host_sim;
mod layer;
mod layout;

use anyhow::Result;
use bytesize::ByteSize;
use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::repo::Repo;
use crate::wasm;
use contents::VERSION;
use layout::WrittenImage;

pub use contents::{write_host_sim, write_module};

/// What can be made an image.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum ImageName {
    /// postscreen.wasm, for Istio, Envoy Gateway and image volumes: target/image/postscreen
    Module,
    /// host-sim with the module, for pods without Envoy: target/image/host-sim
    HostSim,
}

/// Builds what the chosen images hold, writes them, and says how to go on; none chosen means all.
pub fn run(repo: &Repo, chosen: &[ImageName]) -> Result<()> {
    let chosen = if chosen.is_empty() { ImageName::value_variants() } else { chosen };
    wasm::build_module(repo)?;
    let mut written = Vec::new();
    for name in chosen {
        let folder = name.folder();
        let image = match name {
            ImageName::Module => write_module(repo, &repo.path(folder))?,
            ImageName::HostSim => write_host_sim(repo, &host_sim::build(repo)?, &repo.path(folder))?,
        };
        written.push((*name, image));
    }
    println!("\n{}\n\n{}", table(&written), lesson(&written));
    Ok(())
}

impl ImageName {
    fn folder(self) -> &'static str {
        match self {
            Self::Module => "target/image/postscreen",
            Self::HostSim => "target/image/host-sim",
        }
    }

    fn repository(self) -> &'static str {
        match self {
            Self::Module => "postscreen",
            Self::HostSim => "host-sim",
        }
    }
}

fn table(written: &[(ImageName, WrittenImage)]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["image", "layers", "size", "digest"]);
    for column in 1..3 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for (name, WrittenImage { digest, size, layers }) in written {
        let size = ByteSize::b(*size).display().si().to_string();
        table.add_row([name.folder(), &layers.to_string(), &size, digest]);
    }
    table.trim_fmt()
}

/// How to go on. The digest stays the same only where the manifest is copied as it is.
fn lesson(written: &[(ImageName, WrittenImage)]) -> String {
    let mut lines = vec!["To push, with REGISTRY in place of yours:".to_owned()];
    for (name, _) in written {
        let (folder, repository) = (name.folder(), name.repository());
        lines.push(format!(
            "  skopeo copy --preserve-digests oci:{folder}:{VERSION} docker://REGISTRY/{repository}:{VERSION}"
        ));
    }
    for (name, image) in written {
        if *name == ImageName::Module {
            let hash = image.digest.trim_start_matches("sha256:");
            lines.push(format!(
                "In Istio's WasmPlugin:\n  url: oci://REGISTRY/postscreen:{VERSION}\n  sha256: {hash}"
            ));
        }
    }
    lines.push("docs/image.md tells who takes them, and how.".to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests;
