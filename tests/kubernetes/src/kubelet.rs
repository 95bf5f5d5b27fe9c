//! As much of a kubelet as a pod needs: volumes, containers, probes, an end.

mod bundle;
mod containers;
mod environment;
mod images;
mod pod;
mod probing;
mod volumes;

pub use containers::can_run_containers;
pub use images::{Images, STAND_IN};
pub use pod::Pod;
