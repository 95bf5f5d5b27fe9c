//! What `{:?}` shows of the handles. While the host is at work, that is only what they are.

use std::cell::RefCell;
use std::fmt::{Debug, DebugStruct, Formatter, Result};

use super::testbed::Testbed;
use super::{Callout, Client, Sim, Upstream};

impl Debug for Sim {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        show(f.debug_struct("Sim"), &self.testbed, |testbed, shown| {
            shown.field("elapsed", &testbed.elapsed());
        })
    }
}

impl Debug for Client {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        show(f.debug_struct("Client"), &self.testbed, |testbed, shown| {
            let side = testbed.client(self.id);
            shown.field("address", &side.address).field("closing", &side.end.closing());
        })
    }
}

impl Debug for Upstream {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        show(f.debug_struct("Upstream"), &self.testbed, |testbed, shown| {
            if let Some(side) = testbed.upstream(self.id) {
                shown.field("cluster", &side.cluster);
            }
        })
    }
}

impl Debug for Callout {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_tuple("Call").field(self.request()).finish()
    }
}

fn show(
    mut shown: DebugStruct<'_, '_>,
    testbed: &RefCell<Testbed>,
    fields: impl FnOnce(&mut Testbed, &mut DebugStruct<'_, '_>),
) -> Result {
    if let Ok(mut testbed) = testbed.try_borrow_mut() {
        fields(&mut testbed, &mut shown);
    }
    shown.finish_non_exhaustive()
}
