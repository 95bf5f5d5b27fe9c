//! What befalls the host: workers, traps and new configurations must fit together.

use std::num::NonZeroUsize;

use serde_saphyr::Spanned;

use super::mistake::Mistake;
use super::raw;
use crate::story::{FailurePolicy, Reconfigure, Trap, WORKERS_MAX};

/// How many workers the story asks for. Workers that it names must be among them.
pub(super) fn workers(
    workers: Option<&Spanned<u64>>,
    raw: &raw::Scenario,
) -> Result<Option<NonZeroUsize>, Mistake> {
    let number = |spanned: &Spanned<u64>| {
        let number = usize::try_from(spanned.value).ok().and_then(NonZeroUsize::new);
        number.filter(|number| number.get() <= WORKERS_MAX).ok_or_else(|| {
            let message = format!("{} workers are not possible: expected 1 to {WORKERS_MAX}", spanned.value);
            Mistake::of(spanned, message)
        })
    };
    let workers = workers.map(number).transpose()?;
    let count = workers.map_or(1, NonZeroUsize::get) as u64;
    let named = raw.clients.value.values().filter_map(|client| client.worker.as_ref());
    for worker in named.chain(raw.traps.iter().map(|trap| &trap.worker)) {
        if worker.value >= count {
            let message = format!(
                "there is no worker {}: expected 0 to {}, as `workers` is {count}",
                worker.value,
                count - 1
            );
            return Err(Mistake::of(worker, message));
        }
    }
    Ok(workers)
}

/// The traps in order of time, and what the host makes of them.
pub(super) fn traps(raw: &raw::Scenario) -> Result<(Vec<Trap>, Option<FailurePolicy>), Mistake> {
    if let (true, Some(policy)) = (raw.traps.is_empty(), &raw.failure_policy) {
        let message = "`failure_policy` matters only where a machine traps: expected `traps` beside it";
        return Err(Mistake::of(policy, message));
    }
    let trap = |trap: &raw::Trap| Trap {
        at: trap.at.0,
        // At most WORKERS_MAX, see above.
        worker: usize::try_from(trap.worker.value).unwrap_or_default(),
    };
    let mut traps: Vec<_> = raw.traps.iter().map(trap).collect();
    traps.sort_unstable();
    let policy = raw.failure_policy.as_ref().map(|policy| match policy.value {
        raw::FailurePolicy::FailClosed => FailurePolicy::FailClosed,
        raw::FailurePolicy::FailOpen => FailurePolicy::FailOpen,
        raw::FailurePolicy::FailReload => FailurePolicy::FailReload,
    });
    Ok((traps, policy))
}

/// The new configurations; their times must go up.
pub(super) fn reconfigure(raw: &raw::Scenario) -> Result<Vec<Reconfigure>, Mistake> {
    let mut all: Vec<Reconfigure> = Vec::new();
    for one in &raw.reconfigure {
        let at = one.value.at.0;
        if all.last().is_some_and(|before| before.at >= at) {
            return Err(Mistake::of(
                one,
                "this change is not later than the one before: expected a later `at`",
            ));
        }
        let refused = one.value.refused.as_ref().map(|words| words.0.clone());
        all.push(Reconfigure { at, policy: one.value.policy.clone(), refused });
    }
    Ok(all)
}
