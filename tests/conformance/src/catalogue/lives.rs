//! Machines: how many there are, how they start, die, and come back.

use std::time::Duration;

use crate::probe::Step::{Connect, End, Wait};
use crate::probe::{FailurePolicy, Probe, Step, send, serve};

/// Longer than Envoy waits before it makes a new machine.
const RELOAD: Step = Wait(Duration::from_millis(2500));

pub(super) fn all() -> Vec<Probe> {
    let trap = |name, guest, policy| {
        Probe::again(name, guest, vec![Connect, send(0, "a"), serve(0, "b"), Connect, send(1, "c"), End(1)])
            .with(|setup| setup.policy = policy)
    };
    let others = |name, policy| {
        let script = vec![Connect, Connect, send(1, "trap"), send(0, "b"), Connect, send(2, "c")];
        Probe::again(name, "trap-other", script).with(|setup| setup.policy = policy)
    };
    vec![
        Probe::again("two-workers", "events", vec![Wait(Duration::from_millis(50))])
            .with(|setup| setup.workers = 2),
        Probe::new("refuse-start", vec![Connect]),
        Probe::new("refuse-configure", vec![Connect]),
        Probe::new("trap-start", vec![Connect]),
        Probe::new("trap-configure", vec![Connect]),
        trap("trap-new-closed", "trap-new", FailurePolicy::Closed),
        trap("trap-new-open", "trap-new", FailurePolicy::Open),
        trap("trap-data-closed", "trap-data", FailurePolicy::Closed),
        trap("trap-data-open", "trap-data", FailurePolicy::Open),
        trap("trap-upstream-closed", "trap-upstream", FailurePolicy::Closed),
        trap("trap-tick-closed", "trap-tick", FailurePolicy::Closed),
        others("trap-other-closed", FailurePolicy::Closed),
        others("trap-other-open", FailurePolicy::Open),
        Probe::again(
            "trap-reload",
            "trap-data",
            vec![Connect, send(0, "a"), RELOAD, Connect, send(1, "b"), RELOAD, Connect],
        )
        .with(|setup| setup.policy = FailurePolicy::Reload),
        Probe::new("trap-memory", vec![Connect, End(0)]),
    ]
}
