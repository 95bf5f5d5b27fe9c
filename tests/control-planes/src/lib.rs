//! What we ship for Envoy Gateway, Istio and Prometheus does what its pages say, in real Envoys and a real Prometheus:
//! the parts of `control-planes-suite`, which `cargo xtask test` runs, and its Prometheus, with pictures of the
//! dashboard, for other suites.
//!
//! There is no cluster: samples have what the control planes make of the rest of our manifests, and the suite applies
//! our patches to them as the control planes do. Everything else is taken literally, ports and addresses included.
//!
//! - `manifests`: what we ship; `schemas`: whether it fits the definitions of its kinds;
//! - `xds`, `merge`: what a control plane sends, and how it merges;
//! - `envoy_gateway`, `istio`: what each does with our patches; `planes` puts it together;
//! - `machine`, `mail_server`, `client`: the cluster, and who comes;
//! - `screen`: Envoy; `exposition`: its metrics;
//! - `scene`, `failures`: what must be so;
//! - [`monitoring`]: rules and dashboard, in Prometheus;
//! - [`cli`], `report`: the command line and its output.

pub mod cli;
mod client;
mod envoy_gateway;
mod exposition;
mod failures;
mod istio;
mod machine;
mod mail_server;
mod manifests;
mod merge;
pub mod monitoring;
mod planes;
mod report;
mod scene;
mod schemas;
mod screen;
mod xds;
