//! The end of a pod.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::time::{Instant, sleep};

use super::Pod;

/// How a pod has ended.
#[derive(Debug, Default)]
pub struct PodEnd {
    /// Its containers in the order of their ends.
    pub order: Vec<String>,
    /// Those that had to be killed.
    pub killed: Vec<String>,
}

// === impl Pod ===

impl Pod {
    /// Ends the pod as the kubelet does: all `preStop` hooks begin at once; a main container gets SIGTERM after its
    /// own, a sidecar after everything that has started later has ended as well. The hooks take a `scale`th of their
    /// time; what is left of the grace period after them is not shortened.
    pub async fn delete(&self, scale: u32) -> Result<PodEnd> {
        let began = Instant::now();
        let mut end = PodEnd::default();
        let specs = self.specs();
        let sidecars = self.manifest.spec.init_containers.len();
        // Of several main containers the order does not matter.
        let order = (sidecars..specs.len()).chain((0..sidecars).rev());
        for index in order {
            let container = &specs[index];
            let hook = container.pre_stop_seconds();
            let wait = (Duration::from_secs(hook) / scale).saturating_sub(began.elapsed());
            sleep(wait).await;
            self.runs(index).with_context(|| self.words(&container.name, "has ended before its time"))?;
            let left = self.manifest.spec.termination_grace_period_seconds.saturating_sub(hook);
            let running = self.containers[index].take().context("it has ended")?;
            if !running.stop(Duration::from_secs(left)).await? {
                end.killed.push(container.name.clone());
            }
            end.order.push(container.name.clone());
        }
        Ok(end)
    }
}
